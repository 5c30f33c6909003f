using Tallystick.Billing.Calculation.Terms;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>What a line prices: the quantity of an aggregation or the units of a counter.</summary>
internal sealed record PricedItem
{
    /// <summary>UUID of the pricing or counter pricing.</summary>
    public required string PricingId { get; init; }

    /// <summary>UUID of the aggregation or counter.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its unit.</summary>
    public required string Unit { get; init; }

    /// <summary>UUID of the aggregation; null for a compound aggregation or a counter.</summary>
    public string? AggregationId { get; init; }

    /// <summary>UUID of the compound aggregation.</summary>
    public string? CompoundAggregationId { get; init; }

    /// <summary>UUID of the meter of a simple aggregation.</summary>
    public string? MeterId { get; init; }

    /// <summary>UUID of the counter.</summary>
    public string? CounterId { get; init; }

    /// <summary>
    /// Whether a usage credit applies to all charges of the bill, rather than to those of its product.
    /// </summary>
    public bool CreditsWholeBill { get; init; }

    /// <summary>The priced segment.</summary>
    public IReadOnlyDictionary<string, string>? Segment { get; init; }

    /// <summary>Index of the segment in its aggregation; null if there are no segments.</summary>
    public int? SegmentIndex { get; init; }

    /// <summary>The aggregation that a pricing prices.</summary>
    public static PricedItem Of(PricingTerms terms) => new()
    {
        PricingId = terms.Pricing.Id,
        Id = terms.Aggregation.Id,
        Name = terms.Aggregation.Name,
        Unit = terms.Aggregation.Unit,
        AggregationId = (terms.Aggregation as Aggregation)?.Id,
        CompoundAggregationId = (terms.Aggregation as CompoundAggregation)?.Id,
        MeterId = (terms.Aggregation as Aggregation)?.MeterId,
        CreditsWholeBill = terms.Pricing.Type == PricingType.GlobalCredit,
        Segment = terms.Pricing.Segment,
        SegmentIndex = terms.SegmentIndex,
    };

    /// <summary>The counter that a counter pricing prices.</summary>
    public static PricedItem Of(CounterPricingTerms terms) => new()
    {
        PricingId = terms.Pricing.Id,
        Id = terms.Counter.Id,
        Name = terms.Counter.Name,
        Unit = terms.Counter.Unit,
        CounterId = terms.Counter.Id,
    };
}
