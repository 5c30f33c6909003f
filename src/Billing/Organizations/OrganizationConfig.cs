using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Organizations;

/// <summary>Settings of an organization that all of its bills share. There is one per organization.</summary>
public sealed record OrganizationConfig : Resource
{
    /// <summary>
    /// Time zone in which billing days begin: a tz database name or an offset such as <c>UTC+1:00</c>.
    /// </summary>
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

    /// <summary>Code of the currency that accounts are billed in unless they have their own.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>Rates between pricing and billing currencies.</summary>
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>Days from the bill date to the due date.</summary>
    [Above(0)]
    public required int DaysBeforeBillDue { get; init; }

    /// <summary>Hours between automatic bill runs: 0 (off), 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12 or 24.</summary>
    public decimal? ScheduledBillInterval { get; init; }

    /// <summary>Hour of the day at which the daily bill run starts; only with an interval of 24.</summary>
    [AtLeast(0), AtMost(23)]
    public int? ScheduledBillOffset { get; init; }

    /// <summary>True when standing charges are billed at the start of their period.</summary>
    public bool? StandingChargeBillInAdvance { get; init; }

    /// <summary>True when commitment fees are billed at the start of their period.</summary>
    public bool? CommitmentFeeBillInAdvance { get; init; }

    /// <summary>True when minimum spends are billed at the start of their period.</summary>
    public bool? MinimumSpendBillInAdvance { get; init; }

    /// <summary>Time after the bill date at which a bill approves itself; with its unit, or not at all.</summary>
    [Above(0)]
    public int? AutoApproveBillsGracePeriod { get; init; }

    /// <summary>Unit of that time.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public TimePeriodUnit? AutoApproveBillsGracePeriodUnit { get; init; }

    /// <summary>Which day is the invoice date of a bill.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public InvoiceDate? ExternalInvoiceDate { get; init; }

    /// <summary>True when no bill is made where it would have no line.</summary>
    public bool? SuppressedEmptyBills { get; init; }

    /// <summary>True when charges of different frequencies with one bill date share a bill.</summary>
    public bool? ConsolidateBills { get; init; }

    /// <summary>UUID of the statement definition used unless an account has its own.</summary>
    public string? DefaultStatementDefinitionId { get; init; }

    /// <summary>Which statements are made when a bill is approved.</summary>
    public StatementAutoGenerateMode? AutoGenerateStatementMode { get; init; }

    /// <summary>Order in which credits are drawn.</summary>
    public IReadOnlyList<BillCreditType>? CreditApplicationOrder { get; init; }

    /// <summary>True when balances may fall below zero where they allow it.</summary>
    public bool? AllowNegativeBalances { get; init; }

    /// <summary>True when an account may have several plans of one product at a time.</summary>
    public bool? AllowOverlappingPlans { get; init; }

    /// <summary>
    /// Text before the number of sequentially numbered invoices; without one, bills get no number. Another prefix goes
    /// on counting unless <c>sequenceStartNumber</c> changes too.
    /// </summary>
    public string? BillPrefix { get; init; }

    /// <summary>
    /// The number before the first sequentially numbered invoice. An invoice number is never issued twice: a changed
    /// start below a number that was issued with the prefix is refused with 409.
    /// </summary>
    public int? SequenceStartNumber { get; init; }
}

/// <summary>The rate from one currency to another; no inverse or chained rate is inferred.</summary>
public sealed record CurrencyConversion
{
    /// <summary>Code of the currency converted from.</summary>
    [Characters(1, int.MaxValue)]
    public required string From { get; init; }

    /// <summary>Code of the currency converted to.</summary>
    [Characters(1, int.MaxValue)]
    public required string To { get; init; }

    /// <summary>What an amount is multiplied by. Required: no rate is assumed.</summary>
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

/// <summary>Which day is the invoice date of a bill.</summary>
public enum InvoiceDate
{
    /// <summary>The last day of the period billed in arrears.</summary>
    LastDayOfArrears,

    /// <summary>The day after it.</summary>
    FirstDayOfNextPeriod,
}
