using NodaTime;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BillJobs;

/// <summary>A job that creates or recalculates bills.</summary>
public sealed record BillJob : Resource
{
    /// <summary>Last day of the period to bill; the bill date is the day after.</summary>
    public LocalDate? LastDateInBillingPeriod { get; init; }

    /// <summary>Only bills with this frequency. Default: all.</summary>
    public BillJobBillingFrequency? BillingFrequency { get; init; }

    /// <summary>Only bills with this interval. Default: all.</summary>
    public int? BillFrequencyInterval { get; init; }

    /// <summary>The bill date.</summary>
    public LocalDate? BillDate { get; init; }

    /// <summary>Invoice date of the bills. Overrides the organization's setting.</summary>
    public LocalDate? ExternalInvoiceDate { get; init; }

    /// <summary>Due date of the bills. Overrides the setting of the account or organization.</summary>
    public LocalDate? DueDate { get; init; }

    /// <summary>UUIDs of the accounts to bill, at most 100. Default: all accounts.</summary>
    [MinimumItems(1), MaximumItems(100)]
    public IReadOnlyList<string>? AccountIds { get; init; }

    /// <summary>UUIDs of the bills created.</summary>
    [ServerSet]
    public IReadOnlyList<string>? BillIds { get; init; }

    /// <summary>Currency of the bills. Overrides that of the account or organization.</summary>
    [Characters(3, 3)]
    public string? TargetCurrency { get; init; }

    /// <summary>Currency conversion rates, at most 250. Override the organization's.</summary>
    [MaximumItems(250)]
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>Time zone. Overrides the organization's.</summary>
    public string? Timezone { get; init; }

    /// <summary>First bill date of annual billing. Overrides the organization's.</summary>
    public LocalDate? YearEpoch { get; init; }

    /// <summary>First bill date of monthly billing. Overrides the organization's.</summary>
    public LocalDate? MonthEpoch { get; init; }

    /// <summary>First bill date of weekly billing. Overrides the organization's.</summary>
    public LocalDate? WeekEpoch { get; init; }

    /// <summary>First bill date of daily billing. Overrides the organization's.</summary>
    public LocalDate? DayEpoch { get; init; }

    /// <summary>Status of the job.</summary>
    [ServerSet]
    public BillJobStatus? Status { get; init; }

    /// <summary>Number of accounts to bill.</summary>
    [ServerSet]
    public long? Total { get; init; }

    /// <summary>Number of accounts still to bill.</summary>
    [ServerSet]
    public long? Pending { get; init; }

    /// <summary>Whether the job creates or recalculates bills.</summary>
    [ServerSet]
    public BillJobType? Type { get; init; }

    /// <summary>
    /// Accounts whose bill was not created because it would have been incorrect, each with the reason.
    /// </summary>
    [ServerSet]
    public IReadOnlyList<BillJobFailure>? Failures { get; init; }
}

/// <summary>A bill that was not created.</summary>
public sealed record BillJobFailure
{
    /// <summary>UUID of the account. Absent if the whole job failed.</summary>
    public string? AccountId { get; init; }

    /// <summary>The reason, and what to change.</summary>
    public string? Message { get; init; }
}

/// <summary>Frequencies to which a bill job can be limited.</summary>
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

    /// <summary>Billing on custom dates.</summary>
    AdHoc,
}

/// <summary>Status of a bill job.</summary>
public enum BillJobStatus
{
    /// <summary>Not started.</summary>
    Pending,

    /// <summary>Determining what to bill.</summary>
    Initializing,

    /// <summary>Calculating bills.</summary>
    Running,

    /// <summary>Done.</summary>
    Complete,

    /// <summary>Cancelled by a caller. Bills that were already created are kept.</summary>
    Cancelled,
}

/// <summary>Whether a bill job creates or recalculates bills.</summary>
public enum BillJobType
{
    /// <summary>Creates bills, and recalculates existing ones.</summary>
    Create,

    /// <summary>Recalculates given bills.</summary>
    Recalculate,
}
