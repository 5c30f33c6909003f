using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Invoices;

/// <summary>What the PDF invoices of an organization state besides the bill. There is one per organization.</summary>
public sealed record InvoiceSettings : Resource
{
    /// <summary>Legal name of the seller. Default: the name of the organization.</summary>
    [Characters(0, 200)]
    public string? LegalName { get; init; }

    /// <summary>Address of the seller, at most 8 lines of 100 characters.</summary>
    [MaximumItems(8)]
    public IReadOnlyList<string>? AddressLines { get; init; }

    /// <summary>Tax identification number of the seller.</summary>
    [Characters(0, 100)]
    public string? TaxId { get; init; }

    /// <summary>A text about taxes, below the total. Bills are net of tax.</summary>
    [Characters(0, 1000)]
    public string? TaxText { get; init; }

    /// <summary>How to pay, such as bank details and terms, below the total.</summary>
    [Characters(0, 2000)]
    public string? PaymentText { get; init; }

    /// <summary>A line at the bottom of every page.</summary>
    [Characters(0, 200)]
    public string? Footer { get; init; }

    /// <summary>
    /// The logo: a PNG or JPEG image in Base64, at most 256 KiB and 2000 by 2000 pixels. PNG images have 8 bits per
    /// channel or a palette, and are not interlaced.
    /// </summary>
    public string? Logo { get; init; }
}
