using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Organizations;

/// <summary>Organization-wide settings. There is one configuration per organization.</summary>
public sealed record OrganizationConfig : Resource
{
    /// <summary>Time zone of billing days: a tz database name or an offset such as <c>UTC+1:00</c>.</summary>
    public required string Timezone { get; init; }

    /// <summary>First bill date of annual billing.</summary>
    [PlainTextInContract]
    public required LocalDate YearEpoch { get; init; }

    /// <summary>First bill date of monthly billing.</summary>
    [PlainTextInContract]
    public required LocalDate MonthEpoch { get; init; }

    /// <summary>First bill date of weekly billing.</summary>
    [PlainTextInContract]
    public required LocalDate WeekEpoch { get; init; }

    /// <summary>First bill date of daily billing.</summary>
    [PlainTextInContract]
    public required LocalDate DayEpoch { get; init; }

    /// <summary>Code of the default billing currency of accounts.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>Rates between pricing and billing currencies.</summary>
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>Days from the bill date to the due date.</summary>
    [Above(0)]
    public required int DaysBeforeBillDue { get; init; }

    /// <summary>Hours between automatic bill runs: 0 (off), 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12 or 24.</summary>
    public decimal? ScheduledBillInterval { get; init; }

    /// <summary>Hour of the day at which the daily bill run starts. Only with an interval of 24.</summary>
    [AtLeast(0), AtMost(23)]
    public int? ScheduledBillOffset { get; init; }

    /// <summary>Whether standing charges are billed at the start of their period.</summary>
    public bool? StandingChargeBillInAdvance { get; init; }

    /// <summary>Whether commitment fees are billed at the start of their period.</summary>
    public bool? CommitmentFeeBillInAdvance { get; init; }

    /// <summary>Whether minimum spends are billed at the start of their period.</summary>
    public bool? MinimumSpendBillInAdvance { get; init; }

    /// <summary>Time after the bill date at which a bill is approved automatically. Requires a unit.</summary>
    [Above(0)]
    public int? AutoApproveBillsGracePeriod { get; init; }

    /// <summary>Unit of the grace period.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public TimePeriodUnit? AutoApproveBillsGracePeriodUnit { get; init; }

    /// <summary>Which date is used as the invoice date of a bill.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public InvoiceDate? ExternalInvoiceDate { get; init; }

    /// <summary>Whether to skip bills that would have no line items.</summary>
    public bool? SuppressedEmptyBills { get; init; }

    /// <summary>Whether charges with different frequencies but the same bill date share a bill.</summary>
    public bool? ConsolidateBills { get; init; }

    /// <summary>UUID of the default statement definition of accounts.</summary>
    public string? DefaultStatementDefinitionId { get; init; }

    /// <summary>Which statements are generated when a bill is approved.</summary>
    public StatementAutoGenerateMode? AutoGenerateStatementMode { get; init; }

    /// <summary>Order in which credits are applied.</summary>
    public IReadOnlyList<BillCreditType>? CreditApplicationOrder { get; init; }

    /// <summary>Whether balances that allow it may fall below zero.</summary>
    public bool? AllowNegativeBalances { get; init; }

    /// <summary>Whether an account can have several plans of the same product at a time.</summary>
    public bool? AllowOverlappingPlans { get; init; }

    /// <summary>
    /// An extension. If usage arrives, is voided or is corrected after its bill was locked, the next bill of the
    /// account has line items of the type <c>MANUAL_ADJUSTMENT</c> for the difference, for this many days after the
    /// date of the locked bill. Default: 0, the difference is only reported when the locked bill is explained. Applies
    /// to bills that are calculated while it is set. Must be at least the days of a billing period to have an effect,
    /// such as 31 for monthly bills, because the next bill is dated a period after the locked one.
    /// </summary>
    [AtLeast(0), AtMost(400)]
    public int? LateUsageDays { get; init; }

    /// <summary>
    /// Prefix of sequential invoice numbers. Without a prefix, bills are not numbered. If the prefix changes, numbering
    /// continues unless <c>sequenceStartNumber</c> also changes.
    /// </summary>
    public string? BillPrefix { get; init; }

    /// <summary>
    /// The number before the first sequentially numbered invoice. Invoice numbers are never issued twice: a start below
    /// a number already issued with the prefix is refused with 409.
    /// </summary>
    public int? SequenceStartNumber { get; init; }
}

/// <summary>The conversion rate from one currency to another. Inverse and chained rates are not inferred.</summary>
public sealed record CurrencyConversion
{
    /// <summary>Code of the currency converted from.</summary>
    [Characters(1, int.MaxValue)]
    public required string From { get; init; }

    /// <summary>Code of the currency converted to.</summary>
    [Characters(1, int.MaxValue)]
    public required string To { get; init; }

    /// <summary>The factor by which an amount is multiplied. Required; there is no default rate.</summary>
    [Above(0)]
    public decimal? Multiplier { get; init; }
}

/// <summary>Unit of a span of time.</summary>
public enum TimePeriodUnit
{
    /// <summary>Minutes.</summary>
    Minutes,

    /// <summary>Hours.</summary>
    Hours,

    /// <summary>Days.</summary>
    Days,
}

/// <summary>Which date is used as the invoice date of a bill.</summary>
public enum InvoiceDate
{
    /// <summary>The last day of the period billed in arrears.</summary>
    LastDayOfArrears,

    /// <summary>The day after it.</summary>
    FirstDayOfNextPeriod,
}
