namespace Tallystick.Billing.Invoices;

/// <summary>
/// What an invoice says, in the words and figures that it shows. Where it stands is up to the printer.
/// </summary>
public sealed record Invoice
{
    /// <summary>The heading, such as <c>Invoice</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The number of the invoice, or the id of the bill.</summary>
    public required string Number { get; init; }

    /// <summary>Who issues it.</summary>
    public required InvoiceParty Seller { get; init; }

    /// <summary>Who pays it.</summary>
    public required InvoiceParty Customer { get; init; }

    /// <summary>Dates and references, each with its label.</summary>
    public required IReadOnlyList<InvoiceFact> Facts { get; init; }

    /// <summary>The lines, by product.</summary>
    public required IReadOnlyList<InvoiceGroup> Groups { get; init; }

    /// <summary>What leads from the lines to the total: the subtotal of each currency, with its rate.</summary>
    public required IReadOnlyList<InvoiceFact> Subtotals { get; init; }

    /// <summary>The total, and its label.</summary>
    public required InvoiceFact Total { get; init; }

    /// <summary>Texts below the total.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>A line at the bottom of every page.</summary>
    public string? Footer { get; init; }

    /// <summary>The logo of the seller, a PNG or JPEG image.</summary>
    public byte[]? Logo { get; init; }

    /// <summary>Date that the document states as its date of creation: that of the bill.</summary>
    public required NodaTime.Instant Created { get; init; }

    /// <summary>Identifies the bill and its version.</summary>
    public required string Id { get; init; }
}

/// <summary>The seller or the customer.</summary>
/// <param name="Name">The name.</param>
/// <param name="Lines">Address, tax number and so on.</param>
public sealed record InvoiceParty(string Name, IReadOnlyList<string> Lines);

/// <summary>A value and what it is.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The value.</param>
public sealed record InvoiceFact(string Label, string Value);

/// <summary>The lines of one product.</summary>
/// <param name="Title">Name of the product.</param>
/// <param name="Sum">The sum of the lines, in the billing currency.</param>
/// <param name="Lines">The lines, in the order of the bill.</param>
public sealed record InvoiceGroup(string Title, string Sum, IReadOnlyList<InvoiceLine> Lines);

/// <summary>One line.</summary>
/// <param name="Description">What was charged.</param>
/// <param name="Details">How the amount came about: bands, conversion, child account.</param>
/// <param name="Period">The service period; null for none.</param>
/// <param name="Quantity">The units; null for flat lines.</param>
/// <param name="Unit">The label of the unit; null for none.</param>
/// <param name="UnitPrice">The price of one unit; null for flat lines.</param>
/// <param name="Amount">The amount in the billing currency.</param>
public sealed record InvoiceLine(
    string Description, IReadOnlyList<string> Details, string? Period, string? Quantity, string? Unit,
    string? UnitPrice, string Amount);
