using NodaTime;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BillJobs;

/// <summary>A run that makes or recalculates bills.</summary>
public sealed record BillJob : Resource
{
    /// <summary>Last day of the period to bill; the bill date is the day after.</summary>
    public LocalDate? LastDateInBillingPeriod { get; init; }

    /// <summary>Only bills of this frequency; all when absent.</summary>
    public BillJobBillingFrequency? BillingFrequency { get; init; }

    /// <summary>Only bills of this interval; all when absent.</summary>
    public int? BillFrequencyInterval { get; init; }

    /// <summary>The bill date.</summary>
    public LocalDate? BillDate { get; init; }

    /// <summary>Invoice date of the bills, instead of the organization's rule.</summary>
    public LocalDate? ExternalInvoiceDate { get; init; }

    /// <summary>Due date of the bills, instead of the days of account or organization.</summary>
    public LocalDate? DueDate { get; init; }

    /// <summary>UUIDs of the accounts to bill, at most 100; all accounts when absent.</summary>
    [MinimumItems(1), MaximumItems(100)]
    public IReadOnlyList<string>? AccountIds { get; init; }

    /// <summary>UUIDs of the bills made.</summary>
    [ServerSet]
    public IReadOnlyList<string>? BillIds { get; init; }

    /// <summary>Currency of the bills, instead of the account's or organization's.</summary>
    [Characters(3, 3)]
    public string? TargetCurrency { get; init; }

    /// <summary>Rates used instead of the organization's, at most 250.</summary>
    [MaximumItems(250)]
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>Time zone used instead of the organization's.</summary>
    public string? Timezone { get; init; }

    /// <summary>First bill date of annual billing, instead of the organization's.</summary>
    public LocalDate? YearEpoch { get; init; }

    /// <summary>First bill date of monthly billing, instead of the organization's.</summary>
    public LocalDate? MonthEpoch { get; init; }

    /// <summary>First bill date of weekly billing, instead of the organization's.</summary>
    public LocalDate? WeekEpoch { get; init; }

    /// <summary>First bill date of daily billing, instead of the organization's.</summary>
    public LocalDate? DayEpoch { get; init; }

    /// <summary>How far the job is.</summary>
    [ServerSet]
    public BillJobStatus? Status { get; init; }

    /// <summary>Number of accounts to bill.</summary>
    [ServerSet]
    public long? Total { get; init; }

    /// <summary>Number of accounts still to bill.</summary>
    [ServerSet]
    public long? Pending { get; init; }

    /// <summary>Whether the job makes or recalculates bills.</summary>
    [ServerSet]
    public BillJobType? Type { get; init; }

    /// <summary>
    /// Accounts whose bill was not made because it would have been wrong, each with the reason. Our addition.
    /// </summary>
    [ServerSet]
    public IReadOnlyList<BillJobFailure>? Failures { get; init; }
}

/// <summary>A bill that was not made.</summary>
public sealed record BillJobFailure
{
    /// <summary>UUID of the account; absent for a fault of the whole job.</summary>
    public string? AccountId { get; init; }

    /// <summary>Why, and what to change.</summary>
    public string? Message { get; init; }
}

/// <summary>Frequencies that a bill job can be limited to.</summary>
public enum BillJobBillingFrequency
{
    /// <summary>Daily billing.</summary>
    Daily,

    /// <summary>Weekly billing.</summary>
    Weekly,

    /// <summary>Monthly billing.</summary>
    Monthly,

    /// <summary>Annual billing.</summary>
    Annually,

    /// <summary>Billing on dates of its own.</summary>
    AdHoc,
}

/// <summary>How far a bill job is.</summary>
public enum BillJobStatus
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Finding what to bill.</summary>
    Initializing,

    /// <summary>Calculating bills.</summary>
    Running,

    /// <summary>Done.</summary>
    Complete,

    /// <summary>Stopped by a caller; bills already made stay.</summary>
    Cancelled,
}

/// <summary>Whether a bill job makes or recalculates bills.</summary>
public enum BillJobType
{
    /// <summary>Makes bills, recalculating those that exist.</summary>
    Create,

    /// <summary>Recalculates given bills.</summary>
    Recalculate,
}
