using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.Meters;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A pricing and the quantity that it prices.</summary>
/// <param name="Pricing">The pricing.</param>
/// <param name="Quantity">What it prices.</param>
public sealed record PricingTerms(PlanPricing Pricing, PricedQuantity Quantity)
{
    /// <summary>The aggregation priced, simple or compound.</summary>
    internal AnyAggregation Aggregation => Quantity.Aggregation;

    /// <summary>Index of the priced segment; null if the aggregation has no segments.</summary>
    internal int? SegmentIndex =>
        Quantity.Segments is { Count: > 0 } segments ? SegmentText.IndexIn(segments, Pricing.Segment!) : null;
}

/// <summary>A quantity that can be priced: the result of an aggregation.</summary>
public abstract record PricedQuantity
{
    /// <summary>The aggregation, simple or compound.</summary>
    internal abstract AnyAggregation Aggregation { get; }

    /// <summary>
    /// The segments that can be priced separately; null or empty if the aggregation is not segmented.
    /// </summary>
    internal abstract IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments { get; }

    /// <summary>The fields whose values identify a segment; null if the aggregation is not segmented.</summary>
    internal abstract IReadOnlyList<string>? SegmentedFields { get; }
}

/// <summary>The result of a simple aggregation.</summary>
/// <param name="Simple">The aggregation.</param>
/// <param name="Meter">The meter aggregated.</param>
public sealed record SimpleQuantity(Aggregation Simple, Meter Meter) : PricedQuantity
{
    internal override AnyAggregation Aggregation => Simple;

    internal override IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments => Simple.Segments;

    internal override IReadOnlyList<string>? SegmentedFields => Simple.SegmentedFields;
}

/// <summary>The result of a compound aggregation.</summary>
/// <param name="Calculation">How it is computed.</param>
/// <param name="Meters">The meters of the aggregations that it refers to, in the same order.</param>
public sealed record CompoundQuantity(CompoundCalculation Calculation, IReadOnlyList<Meter> Meters) : PricedQuantity
{
    internal override AnyAggregation Aggregation => Calculation.Compound;

    internal override IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments => Calculation.Segments;

    internal override IReadOnlyList<string>? SegmentedFields =>
        Calculation.Aggregations.FirstOrDefault(one => one.Segments is { Count: > 0 })?.SegmentedFields;
}
