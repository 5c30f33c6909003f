using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation;

/// <summary>A line before its place on the bill, its rounding and its conversion are known.</summary>
internal sealed record DraftLine
{
    /// <summary>What kind of charge.</summary>
    public required LineItemType Type { get; init; }

    /// <summary>The plan charged by.</summary>
    public required AccountPlanTerms Terms { get; init; }

    /// <summary>The time that the line is for.</summary>
    public required Window ServicePeriod { get; init; }

    /// <summary>The amount in the currency of the plan template, exact.</summary>
    public required Fraction Amount { get; init; }

    /// <summary>Description of the line.</summary>
    public required string Description { get; init; }

    /// <summary>UUID of the product to which the line is attributed for accounting.</summary>
    public required string AccountingProductId { get; init; }

    /// <summary>What a usage line has more; null for a flat line.</summary>
    public UsageDetail? Usage { get; init; }

    /// <summary>How a prorated amount came about.</summary>
    public IReadOnlyDictionary<string, decimal>? Additional { get; init; }
}

/// <summary>What a usage line has more.</summary>
/// <param name="Pricing">The pricing.</param>
/// <param name="Aggregation">The aggregation, simple or compound.</param>
/// <param name="SegmentIndex">Place of the segment; null when the aggregation has none.</param>
/// <param name="Rated">The quantity and what it costs.</param>
internal sealed record UsageDetail(
    PlanPricing Pricing, AnyAggregation Aggregation, int? SegmentIndex, RatedUsage Rated);
