using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>A priced stretch of time and the quantity used in it.</summary>
/// <param name="Priced">Which pricing, and when.</param>
/// <param name="SegmentIndex">Place of the segment in the aggregation's segments; null when it has none.</param>
/// <param name="Quantity">The aggregated usage.</param>
internal sealed record MeasuredUsage(PricedWindow Priced, int? SegmentIndex, decimal Quantity);

/// <summary>What must be aggregated for a bill, and how the answers are taken in.</summary>
internal static class MeasureUsage
{
    /// <summary>One need for each priced stretch, in the same order; none twice.</summary>
    public static IReadOnlyList<UsageNeed> Needs(Account account, IReadOnlyList<PricedWindow> priced) =>
        [.. priced.Select(one => NeedOf(account, one)).DistinctBy(KeyOf)];

    /// <summary>
    /// The quantities. Where there was nothing to aggregate, the aggregation's <c>defaultValue</c> stands in, for each
    /// segment by itself; without one there is no quantity, and so no line.
    /// </summary>
    /// <exception cref="ArgumentException">A need was not answered, or answered twice.</exception>
    public static IReadOnlyList<MeasuredUsage> For(
        Account account, IReadOnlyList<PricedWindow> priced, IReadOnlyList<UsageResult> usage)
    {
        var values = usage.ToDictionary(result => KeyOf(result.Need), result => result.Value);
        var measured = new List<MeasuredUsage>(priced.Count);
        foreach (var one in priced)
        {
            var need = NeedOf(account, one);
            if (!values.TryGetValue(KeyOf(need), out var value))
                throw new ArgumentException($"No usage was given for pricing {need.PricingId}.", nameof(usage));
            if ((value ?? need.Aggregation.DefaultValue) is { } quantity)
                measured.Add(new MeasuredUsage(one, need.SegmentIndex, quantity));
        }
        return measured;
    }

    private static UsageNeed NeedOf(Account account, PricedWindow priced)
    {
        var (pricing, aggregation, meter) = priced.Terms;
        int? segment = aggregation!.Segments is { Count: > 0 } segments
            ? SegmentText.IndexIn(segments, pricing.Segment!)
            : null;
        return new UsageNeed(account.Id, pricing.Id, aggregation, meter!, priced.Window, segment);
    }

    private static (string AccountId, string PricingId, string AggregationId, Window Window) KeyOf(UsageNeed need) =>
        (need.AccountId, need.PricingId, need.Aggregation.Id, need.Window);
}
