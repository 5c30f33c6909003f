using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;

namespace Tallystick.Billing.Calculation.Present;

/// <summary>
/// The order of lines on the bill: by product, type (standing charges before usage), plan, aggregation and segment,
/// then start, so that the lines before and after a price change are adjacent. Ids break ties, so the order does not
/// depend on the order of the input.
/// </summary>
internal static class OrderLines
{
    /// <summary>Sorts the lines. Lines without a product come last.</summary>
    public static IReadOnlyList<MoneyLine> Of(IEnumerable<MoneyLine> lines) =>
    [
        .. lines
            .OrderBy(money => money.Line.Source.Product is null)
            .ThenBy(money => money.Line.Source.Product?.Name, StringComparer.Ordinal)
            .ThenBy(money => money.Line.Source.Product?.Id, StringComparer.Ordinal)
            .ThenBy(money => RankOf(money.Line.Type))
            .ThenBy(money => money.Line.Source.PlanCode, StringComparer.Ordinal)
            .ThenBy(money => money.Line.Source.PlanId, StringComparer.Ordinal)
            .ThenBy(money => money.Line.Item?.Name, StringComparer.Ordinal)
            .ThenBy(money => money.Line.Item?.Id, StringComparer.Ordinal)
            .ThenBy(money => money.Line.Item?.SegmentIndex)
            .ThenBy(money => money.Line.Source.Child?.Code, StringComparer.Ordinal)
            .ThenBy(money => money.Line.ServicePeriod.Start)
            .ThenBy(money => money.Line.Item?.PricingId, StringComparer.Ordinal)
            .ThenBy(money => money.Line.Source.EntityId, StringComparer.Ordinal)
            .ThenBy(money => money.Line.Discriminator, StringComparer.Ordinal),
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
