using NodaTime;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Bills;

/// <summary>What one account owes for one bill date and frequency.</summary>
public sealed record Bill : Resource
{
    /// <summary>UUID of the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Code of the account.</summary>
    public required string AccountCode { get; init; }

    /// <summary>First day of the period billed in arrears.</summary>
    public required LocalDate StartDate { get; init; }

    /// <summary>Day after the last day of that period.</summary>
    public required LocalDate EndDate { get; init; }

    /// <summary>The start of that period as an instant.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("startDateTimeUTC")]
    public required Instant StartDateTimeUtc { get; init; }

    /// <summary>The end of that period as an instant.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("endDateTimeUTC")]
    public required Instant EndDateTimeUtc { get; init; }

    /// <summary>The bill date.</summary>
    public required LocalDate BillDate { get; init; }

    /// <summary>The day by which the bill must be paid.</summary>
    public required LocalDate DueDate { get; init; }

    /// <summary>How often bills are created.</summary>
    public required BillingFrequency BillingFrequency { get; init; }

    /// <summary>Number of frequency units per billing period.</summary>
    public required int BillFrequencyInterval { get; init; }

    /// <summary>Time zone that determines when its days begin.</summary>
    public required string Timezone { get; init; }

    /// <summary>Code of the billing currency.</summary>
    public required string Currency { get; init; }

    /// <summary>True once the bill can no longer change.</summary>
    public required bool Locked { get; init; }

    /// <summary>When the bill was first created.</summary>
    public required Instant CreatedDate { get; init; }

    /// <summary>Whether the bill is approved.</summary>
    public required BillStatus Status { get; init; }

    /// <summary>UUID of the job that last calculated the bill.</summary>
    public string? BillJobId { get; init; }

    /// <summary>The conversion rates used.</summary>
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>When the bill was last calculated.</summary>
    public required Instant LastCalculatedDate { get; init; }

    /// <summary>The lines, in order.</summary>
    public IReadOnlyList<BillLineItem>? LineItems { get; init; }

    /// <summary>Purchase order number of the account.</summary>
    public string? PurchaseOrderNumber { get; init; }

    /// <summary>Number of the invoice in another system.</summary>
    public string? ExternalInvoiceReference { get; init; }

    /// <summary>The invoice date.</summary>
    public LocalDate? ExternalInvoiceDate { get; init; }

    /// <summary>True when a JSON statement exists.</summary>
    public bool? JsonStatementGenerated { get; init; }

    /// <summary>True when a CSV statement exists.</summary>
    public bool? CsvStatementGenerated { get; init; }

    /// <summary>True if the bill was recalculated after its statement was generated.</summary>
    public bool? StatementStale { get; init; }

    /// <summary>The sum of the converted subtotals of all lines, in the billing currency.</summary>
    public decimal? BillTotal { get; init; }

    /// <summary>Sequential number of the invoice, with its prefix.</summary>
    public string? SequentialInvoiceNumber { get; init; }

    /// <summary>When the bill was approved.</summary>
    public Instant? DtApproved { get; init; }

    /// <summary>The principal that approved the bill.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>When the bill was locked.</summary>
    public Instant? DtLocked { get; init; }

    /// <summary>The principal that locked the bill.</summary>
    public string? LockedBy { get; init; }
}

/// <summary>Whether a bill is approved.</summary>
public enum BillStatus
{
    /// <summary>Not yet.</summary>
    Pending,

    /// <summary>Approved.</summary>
    Approved,
}
