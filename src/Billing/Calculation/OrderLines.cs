using Tallystick.Billing.Bills;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// The order of lines on the bill: by product, type (standing charges before usage), plan, aggregation and segment,
/// then start, so that the lines before and after a price change are adjacent. Ids break ties, so the order does not
/// depend on the order of the input.
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

    /// <summary>Rank of each type within a product, including types that are not billed yet.</summary>
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
