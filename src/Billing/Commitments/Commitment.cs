using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Commitments;

/// <summary>
/// An amount that an account owes for a time whatever its usage, and that its charges draw down; also called a
/// prepayment.
/// </summary>
public sealed record Commitment : Resource
{
    /// <summary>UUID of the account.</summary>
    [Characters(36, 36)]
    public required string AccountId { get; init; }

    /// <summary>UUID of the plan on whose bill dates what is owed is billed; not together with fee dates.</summary>
    [Characters(0, 36)]
    public string? BillingPlanId { get; init; }

    /// <summary>UUIDs of the products whose charges draw it down; all when absent or empty.</summary>
    [MaximumItems(100)]
    public IReadOnlyList<string>? ProductIds { get; init; }

    /// <summary>First day.</summary>
    public required LocalDate StartDate { get; init; }

    /// <summary>First day after it.</summary>
    public required LocalDate EndDate { get; init; }

    /// <summary>Code of the currency of its amounts.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>The amount committed to.</summary>
    [Above(0)]
    public required decimal Amount { get; init; }

    /// <summary>What was paid of it before its start.</summary>
    [AtLeast(0)]
    public decimal? AmountPrePaid { get; init; }

    /// <summary>What is billed of it on the first bill.</summary>
    [AtLeast(0)]
    public decimal? AmountFirstBill { get; init; }

    /// <summary>What charges have drawn of it so far.</summary>
    [ServerSet]
    public decimal? AmountSpent { get; init; }

    /// <summary>Surcharge on usage beyond the commitment, in percent; a discount where negative.</summary>
    public decimal? OverageSurchargePercent { get; init; }

    /// <summary>True when usage beyond the commitment is shown apart; only without a surcharge.</summary>
    public bool? SeparateOverageUsage { get; init; }

    /// <summary>What is owed is billed on every n-th bill of the billing plan; 1 when absent.</summary>
    [AtLeast(1), AtMost(365)]
    public int? BillingInterval { get; init; }

    /// <summary>Number of bills of the billing plan before the first one with a fee; 0 when absent.</summary>
    [AtLeast(0), AtMost(364)]
    public int? BillingOffset { get; init; }

    /// <summary>Text of the fees on bills.</summary>
    [Characters(0, 200)]
    public string? CommitmentFeeDescription { get; init; }

    /// <summary>Text on bills of what is drawn.</summary>
    [Characters(0, 200)]
    public string? CommitmentUsageDescription { get; init; }

    /// <summary>Text of usage beyond the commitment on bills.</summary>
    [Characters(0, 200)]
    public string? OverageDescription { get; init; }

    /// <summary>True when fees are billed at the start of their period; overrides the organization.</summary>
    public bool? CommitmentFeeBillInAdvance { get; init; }

    /// <summary>Date of the first bill of fees, from which later ones are counted.</summary>
    public LocalDate? BillEpoch { get; init; }

    /// <summary>UUID of the contract of the account that it belongs to.</summary>
    [Characters(36, 36)]
    public string? ContractId { get; init; }

    /// <summary>UUID of the product that its bill lines are attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>UUID of the product that its fees are attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? FeesAccountingProductId { get; init; }

    /// <summary>UUID of the product that what is drawn is attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? DrawdownsAccountingProductId { get; init; }

    /// <summary>What is billed of it, and on which dates; not together with a billing plan.</summary>
    public IReadOnlyList<CommitmentFee>? FeeDates { get; init; }

    /// <summary>Where the charges that draw it down appear in a hierarchy of accounts.</summary>
    public ChildBillingMode? ChildBillingMode { get; init; }

    /// <summary>Types of the charges that draw it down; all of them when absent or empty.</summary>
    public IReadOnlyList<CommitmentLineItemType>? LineItemTypes { get; init; }
}

/// <summary>A fee of a commitment on a date of its own.</summary>
public sealed record CommitmentFee
{
    /// <summary>Bill date.</summary>
    public required LocalDate Date { get; init; }

    /// <summary>The amount.</summary>
    [Above(0)]
    public required decimal Amount { get; init; }

    /// <summary>
    /// First instant (ISO 8601) that it is for. Without an offset it is in the organization's time zone.
    /// </summary>
    public required Instant ServicePeriodStartDate { get; init; }

    /// <summary>
    /// First instant (ISO 8601) after the time that it is for. Without an offset it is in the organization's time zone.
    /// </summary>
    public required Instant ServicePeriodEndDate { get; init; }
}

/// <summary>Type of a charge that can draw on a commitment.</summary>
public enum CommitmentLineItemType
{
    /// <summary>Standing charges.</summary>
    StandingCharge,

    /// <summary>Usage.</summary>
    Usage,

    /// <summary>Minimum spends.</summary>
    MinimumSpend,

    /// <summary>Running totals of counters.</summary>
    CounterRunningTotalCharge,

    /// <summary>Increases of counters.</summary>
    CounterAdjustmentDebit,
}
