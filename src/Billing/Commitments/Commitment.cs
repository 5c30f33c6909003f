using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Commitments;

/// <summary>
/// An amount that an account commits to spend over a period. Charges draw it down. Also called a prepayment.
/// </summary>
public sealed record Commitment : Resource
{
    /// <summary>UUID of the account.</summary>
    [Characters(36, 36)]
    public required string AccountId { get; init; }

    /// <summary>UUID of the plan on whose bill dates the fees are billed. Cannot be combined with fee dates.</summary>
    [Characters(0, 36)]
    public string? BillingPlanId { get; init; }

    /// <summary>
    /// UUIDs of the products whose charges draw down the commitment. All products if absent or empty.
    /// </summary>
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

    /// <summary>Amount paid before the start.</summary>
    [AtLeast(0)]
    public decimal? AmountPrePaid { get; init; }

    /// <summary>Amount billed on the first bill.</summary>
    [AtLeast(0)]
    public decimal? AmountFirstBill { get; init; }

    /// <summary>Amount drawn down so far.</summary>
    [ServerSet]
    public decimal? AmountSpent { get; init; }

    /// <summary>Surcharge in percent for usage beyond the commitment. A negative value is a discount.</summary>
    public decimal? OverageSurchargePercent { get; init; }

    /// <summary>True if usage beyond the commitment is shown separately. Only without a surcharge.</summary>
    public bool? SeparateOverageUsage { get; init; }

    /// <summary>Fees are billed on every nth bill of the billing plan. Default: 1.</summary>
    [AtLeast(1), AtMost(365)]
    public int? BillingInterval { get; init; }

    /// <summary>Number of bills of the billing plan before the first one with a fee. Default: 0.</summary>
    [AtLeast(0), AtMost(364)]
    public int? BillingOffset { get; init; }

    /// <summary>Bill line description for the fees.</summary>
    [Characters(0, 200)]
    public string? CommitmentFeeDescription { get; init; }

    /// <summary>Bill line description for amounts drawn down from the commitment.</summary>
    [Characters(0, 200)]
    public string? CommitmentUsageDescription { get; init; }

    /// <summary>Bill line description for usage beyond the commitment.</summary>
    [Characters(0, 200)]
    public string? OverageDescription { get; init; }

    /// <summary>Whether fees are billed at the start of their period. Overrides the organization.</summary>
    public bool? CommitmentFeeBillInAdvance { get; init; }

    /// <summary>Date of the first fee bill, from which later bill dates are counted.</summary>
    public LocalDate? BillEpoch { get; init; }

    /// <summary>UUID of the account's contract that the commitment belongs to.</summary>
    [Characters(36, 36)]
    public string? ContractId { get; init; }

    /// <summary>UUID of the product to which its bill line items are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>UUID of the product to which its fees are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? FeesAccountingProductId { get; init; }

    /// <summary>UUID of the product to which drawn amounts are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? DrawdownsAccountingProductId { get; init; }

    /// <summary>The fees and the dates on which they are billed. Cannot be combined with a billing plan.</summary>
    public IReadOnlyList<CommitmentFee>? FeeDates { get; init; }

    /// <summary>Where the charges that draw down the commitment appear in an account hierarchy.</summary>
    public ChildBillingMode? ChildBillingMode { get; init; }

    /// <summary>Types of line items that draw down the commitment. All types if absent or empty.</summary>
    public IReadOnlyList<CommitmentLineItemType>? LineItemTypes { get; init; }
}

/// <summary>A commitment fee billed on its own date.</summary>
public sealed record CommitmentFee
{
    /// <summary>Bill date.</summary>
    public required LocalDate Date { get; init; }

    /// <summary>The amount.</summary>
    [Above(0)]
    public required decimal Amount { get; init; }

    /// <summary>
    /// Start of the period that the charge covers (ISO 8601), inclusive. A value without an offset is in the
    /// organization's time zone.
    /// </summary>
    public required Instant ServicePeriodStartDate { get; init; }

    /// <summary>
    /// End of the period that the charge covers (ISO 8601), exclusive. A value without an offset is in the
    /// organization's time zone.
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
