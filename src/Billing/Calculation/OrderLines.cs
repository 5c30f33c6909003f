using Tallystick.Billing.Bills;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// The order in which lines are read: by product, standing charge before usage, then by plan, aggregation and segment,
/// so that the lines of a price that changed stand together in order of time. Ids decide what is left, so that the
/// order never depends on that of the input.
/// </summary>
internal static class OrderLines
{
    /// <summary>Sorts the lines.</summary>
    public static IReadOnlyList<DraftLine> Of(IEnumerable<DraftLine> lines) =>
    [
        .. lines
            .OrderBy(line => line.Terms.Product.Name, StringComparer.Ordinal)
            .ThenBy(line => line.Terms.Product.Id, StringComparer.Ordinal)
            .ThenBy(line => RankOf(line.Type))
            .ThenBy(line => line.Terms.Plan.Code, StringComparer.Ordinal)
            .ThenBy(line => line.Terms.Plan.Id, StringComparer.Ordinal)
            .ThenBy(line => line.Usage?.Aggregation.Name, StringComparer.Ordinal)
            .ThenBy(line => line.Usage?.Aggregation.Id, StringComparer.Ordinal)
            .ThenBy(line => line.Usage?.SegmentIndex)
            .ThenBy(line => line.ServicePeriod.Start)
            .ThenBy(line => line.Usage?.Pricing.Id, StringComparer.Ordinal)
            .ThenBy(line => line.Terms.AccountPlan.Id, StringComparer.Ordinal),
    ];

    /// <summary>The place of each kind within a product; kinds that are not billed yet have theirs already.</summary>
    private static int RankOf(LineItemType type) => type switch
    {
        LineItemType.StandingCharge => 0,
        LineItemType.CounterRunningTotalCharge => 1,
        LineItemType.CounterAdjustmentDebit => 2,
        LineItemType.CounterAdjustmentCredit => 3,
        LineItemType.Usage => 4,
        LineItemType.OverageUsage => 5,
        LineItemType.OverageSurcharge => 6,
        LineItemType.UsageCredit => 7,
        LineItemType.MinimumSpend => 8,
        LineItemType.MinimumSpendRefund => 9,
        LineItemType.CommitmentConsumed => 10,
        LineItemType.BalanceConsumed => 11,
        LineItemType.CommitmentFee => 12,
        LineItemType.BalanceFee => 13,
        LineItemType.AdHoc => 14,
        LineItemType.CreditMemo => 15,
        LineItemType.DebitMemo => 16,
        LineItemType.CreditDeduction => 17,
        LineItemType.ManualAdjustment => 18,
    };
}
