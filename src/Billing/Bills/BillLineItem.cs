using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Billing.Bills;

/// <summary>One line item of a bill: what was charged, for which period, and how the amount was calculated.</summary>
public sealed record BillLineItem
{
    /// <summary>UUID of the line.</summary>
    public string? Id { get; init; }

    /// <summary>UUID of the product.</summary>
    public string? ProductId { get; init; }

    /// <summary>Name of the product.</summary>
    public string? ProductName { get; init; }

    /// <summary>Code of the product.</summary>
    public string? ProductCode { get; init; }

    /// <summary>UUID of the product to which the line is attributed for accounting.</summary>
    public string? AccountingProductId { get; init; }

    /// <summary>Name of that product.</summary>
    public string? AccountingProductName { get; init; }

    /// <summary>Code of that product.</summary>
    public string? AccountingProductCode { get; init; }

    /// <summary>UUID of the aggregation that the quantity comes from.</summary>
    public string? AggregationId { get; init; }

    /// <summary>UUID of the compound aggregation that the quantity comes from.</summary>
    public string? CompoundAggregationId { get; init; }

    /// <summary>UUID of the counter.</summary>
    public string? CounterId { get; init; }

    /// <summary>UUID of the ad hoc charge.</summary>
    public string? ChargeId { get; init; }

    /// <summary>The segment, as field code and value.</summary>
    public IReadOnlyDictionary<string, string>? Segment { get; init; }

    /// <summary>Group-by values of a grouped result.</summary>
    public IReadOnlyDictionary<string, string>? Group { get; init; }

    /// <summary>UUID of the meter that was aggregated.</summary>
    public string? MeterId { get; init; }

    /// <summary>UUID of the plan that sets the price.</summary>
    public string? PlanId { get; init; }

    /// <summary>UUID of the plan group that sets the price.</summary>
    public string? PlanGroupId { get; init; }

    /// <summary>UUID of the commitment drawn on or charged for.</summary>
    public string? CommitmentId { get; init; }

    /// <summary>UUID of the balance drawn on or charged for.</summary>
    public string? BalanceId { get; init; }

    /// <summary>Description of the line.</summary>
    [Characters(1, int.MaxValue)]
    public required string Description { get; init; }

    /// <summary>The aggregated usage, before division by the quantity per unit; 1 for flat lines.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>The units rated; 1 for flat lines.</summary>
    public required decimal Units { get; init; }

    /// <summary>Label of the unit; empty for flat lines.</summary>
    public required string Unit { get; init; }

    /// <summary>The amount in the pricing currency, rounded.</summary>
    public required decimal Subtotal { get; init; }

    /// <summary>Code of the pricing currency.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>Rate from the pricing to the billing currency.</summary>
    public required decimal ConversionRate { get; init; }

    /// <summary>The amount in the billing currency, rounded.</summary>
    public required decimal ConvertedSubtotal { get; init; }

    /// <summary>Unused.</summary>
    public string? CreditTypeId { get; init; }

    /// <summary>What kind of charge or credit the line is.</summary>
    public required LineItemType LineItemType { get; init; }

    /// <summary>UUID of the pricing that sets the price.</summary>
    public string? PricingId { get; init; }

    /// <summary>UUID of the child account that incurred the charge.</summary>
    public string? ChildAccountId { get; init; }

    /// <summary>Code of the child account that incurred the charge.</summary>
    public string? ChildAccountCode { get; init; }

    /// <summary>The bands that were reached and what each contributed.</summary>
    public IReadOnlyList<PricingBandUsage>? UsagePerPricingBand { get; init; }

    /// <summary>Start of the service period, inclusive.</summary>
    public Instant? ServicePeriodStartDate { get; init; }

    /// <summary>End of the service period, exclusive.</summary>
    public Instant? ServicePeriodEndDate { get; init; }

    /// <summary>UUID of the bill that a memo refers to.</summary>
    public string? ReferencedBillId { get; init; }

    /// <summary>UUID of the line that a memo refers to.</summary>
    public string? ReferencedLineItemId { get; init; }

    /// <summary>UUID of the reason of a memo.</summary>
    public string? ReasonId { get; init; }

    /// <summary>UUID of the contract that the line belongs to.</summary>
    public string? ContractId { get; init; }

    /// <summary>Average amount per unit over all bands. 0 if there are no units.</summary>
    public required decimal AverageUnitPrice { get; init; }

    /// <summary>Position of the line on the bill, starting at 1.</summary>
    public int SequenceNumber { get; init; }

    /// <summary>
    /// How the amount was calculated, if not by bands alone. For prorated lines: <c>amount</c>, <c>daysActive</c> and
    /// <c>daysInPeriod</c>. For minimum spends, also the <c>usage</c> that counts. For a usage credit that was limited
    /// to the charges: its full amount, <c>credit</c>, and the <c>limit</c>.
    /// </summary>
    public IReadOnlyDictionary<string, decimal>? Additional { get; init; }
}

/// <summary>What one price band contributed to a line.</summary>
public sealed record PricingBandUsage
{
    /// <summary>UUID of the band.</summary>
    public string? PricingBandId { get; init; }

    /// <summary>Number of units above which the band applies.</summary>
    public decimal LowerLimit { get; init; }

    /// <summary>Amount charged for reaching the band.</summary>
    public decimal FixedPrice { get; init; }

    /// <summary>Units times unit price.</summary>
    public decimal UnitSubtotal { get; init; }

    /// <summary>Price of one unit.</summary>
    public decimal UnitPrice { get; init; }

    /// <summary>Units rated in the band.</summary>
    public decimal BandUnits { get; init; }

    /// <summary>The usage behind those units.</summary>
    public decimal BandQuantity { get; init; }

    /// <summary>The band's part of the line's subtotal.</summary>
    public decimal BandSubtotal { get; init; }

    /// <summary>Unused.</summary>
    public string? CreditTypeId { get; init; }

    /// <summary>The band's part of the line's converted subtotal.</summary>
    public decimal ConvertedBandSubtotal { get; init; }
}

/// <summary>Kinds of bill lines.</summary>
public enum LineItemType
{
    /// <summary>Recurring fixed amount.</summary>
    StandingCharge,

    /// <summary>Metered consumption.</summary>
    Usage,

    /// <summary>Recurring charge for counted units.</summary>
    CounterRunningTotalCharge,

    /// <summary>Increase of counted units within a period.</summary>
    CounterAdjustmentDebit,

    /// <summary>Decrease of counted units within a period.</summary>
    CounterAdjustmentCredit,

    /// <summary>Metered credit.</summary>
    UsageCredit,

    /// <summary>Top-up to a minimum.</summary>
    MinimumSpend,

    /// <summary>Correction of a minimum billed in advance.</summary>
    MinimumSpendRefund,

    /// <summary>Legacy; never made.</summary>
    CreditDeduction,

    /// <summary>Difference between the usage of a locked bill as it is now and what was billed of it.</summary>
    ManualAdjustment,

    /// <summary>Manual credit.</summary>
    CreditMemo,

    /// <summary>Manual debit.</summary>
    DebitMemo,

    /// <summary>Drawdown of a commitment.</summary>
    CommitmentConsumed,

    /// <summary>Fee of a commitment.</summary>
    CommitmentFee,

    /// <summary>Percentage on usage that no commitment covers.</summary>
    OverageSurcharge,

    /// <summary>Usage that no commitment covers, separately.</summary>
    OverageUsage,

    /// <summary>Drawdown of a balance.</summary>
    BalanceConsumed,

    /// <summary>Charge for a balance.</summary>
    BalanceFee,

    /// <summary>Charge for an account.</summary>
    AdHoc,
}
