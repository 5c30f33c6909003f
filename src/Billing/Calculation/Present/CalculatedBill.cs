using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Present;

/// <summary>A calculated bill. The same input produces the same bill, including ids.</summary>
public sealed record CalculatedBill
{
    /// <summary>UUID derived from organization, account, bill date, frequency, interval and grouping key.</summary>
    public required string Id { get; init; }

    /// <summary>UUID of the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Code of the account.</summary>
    public required string AccountCode { get; init; }

    /// <summary>First day of the period billed in arrears.</summary>
    public required LocalDate StartDate { get; init; }

    /// <summary>Day after the last day of that period.</summary>
    public required LocalDate EndDate { get; init; }

    /// <summary>The start of that period as an instant.</summary>
    public required Instant StartDateTimeUtc { get; init; }

    /// <summary>The end of that period as an instant.</summary>
    public required Instant EndDateTimeUtc { get; init; }

    /// <summary>The bill date.</summary>
    public required LocalDate BillDate { get; init; }

    /// <summary>The day by which the bill must be paid.</summary>
    public required LocalDate DueDate { get; init; }

    /// <summary>The invoice date.</summary>
    public required LocalDate ExternalInvoiceDate { get; init; }

    /// <summary>How often bills are created.</summary>
    public required BillingFrequency BillingFrequency { get; init; }

    /// <summary>Number of frequency units per billing period.</summary>
    public required int BillFrequencyInterval { get; init; }

    /// <summary>Time zone that determines when its days begin, as configured.</summary>
    public required string Timezone { get; init; }

    /// <summary>Code of the billing currency.</summary>
    public required string Currency { get; init; }

    /// <summary>The conversion rates that its lines use; null if all lines are in the billing currency.</summary>
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>True if the bill contains everything that is due on its date.</summary>
    public required bool IsConsolidated { get; init; }

    /// <summary>UUID of the bill grouping key; null for none.</summary>
    public string? GroupingKeyId { get; init; }

    /// <summary>Purchase order number of the contract or account.</summary>
    public string? PurchaseOrderNumber { get; init; }

    /// <summary>The billing cycles of the account plans on the bill, by account plan UUID.</summary>
    public required IReadOnlyDictionary<string, StoredCycle> Cycles { get; init; }

    /// <summary>The prices of its usage; null if late usage is only reported.</summary>
    public IReadOnlyList<BilledPrice>? Prices { get; init; }

    /// <summary>The lines, in order; empty if nothing is due.</summary>
    public required IReadOnlyList<BillLineItem> LineItems { get; init; }

    /// <summary>
    /// The fees on locked bills, by commitment UUID, if the bill has differences to them. If they have changed until it
    /// is saved, so has the difference.
    /// </summary>
    public IReadOnlyDictionary<string, decimal> LockedFees { get; init; } = new Dictionary<string, decimal>();

    /// <summary>How the amounts were calculated.</summary>
    public required BillDerivation Derivation { get; init; }

    /// <summary>The sum of the lines' converted subtotals.</summary>
    public required decimal BillTotal { get; init; }

    /// <summary>
    /// True if the bill has no lines and the organization suppresses empty bills. No bill is then created; an existing
    /// bill becomes empty.
    /// </summary>
    public required bool IsSuppressed { get; init; }

    /// <summary>Converts it to the bill that is stored and returned by the API: pending and not locked.</summary>
    /// <param name="createdDate">When the bill was first created.</param>
    /// <param name="lastCalculatedDate">Now.</param>
    /// <param name="billJobId">UUID of the job that calculated it.</param>
    public Bill ToBill(Instant createdDate, Instant lastCalculatedDate, string? billJobId) => new()
    {
        Id = Id,
        AccountId = AccountId,
        AccountCode = AccountCode,
        StartDate = StartDate,
        EndDate = EndDate,
        StartDateTimeUtc = StartDateTimeUtc,
        EndDateTimeUtc = EndDateTimeUtc,
        BillDate = BillDate,
        DueDate = DueDate,
        ExternalInvoiceDate = ExternalInvoiceDate,
        BillingFrequency = BillingFrequency,
        BillFrequencyInterval = BillFrequencyInterval,
        Timezone = Timezone,
        Currency = Currency,
        CurrencyConversions = CurrencyConversions,
        PurchaseOrderNumber = PurchaseOrderNumber,
        LineItems = LineItems,
        BillTotal = BillTotal,
        Locked = false,
        Status = BillStatus.Pending,
        CreatedDate = createdDate,
        LastCalculatedDate = lastCalculatedDate,
        BillJobId = billJobId,
    };
}
