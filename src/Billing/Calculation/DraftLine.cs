using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation;

/// <summary>A line before ordering, rounding and currency conversion.</summary>
internal sealed record DraftLine
{
    /// <summary>Type of the line.</summary>
    public required LineItemType Type { get; init; }

    /// <summary>The plan that the charge comes from.</summary>
    public required AccountPlanTerms Terms { get; init; }

    /// <summary>The period that the line covers.</summary>
    public required Window ServicePeriod { get; init; }

    /// <summary>The exact amount in the currency of the plan template.</summary>
    public required Fraction Amount { get; init; }

    /// <summary>Description of the line.</summary>
    public required string Description { get; init; }

    /// <summary>UUID of the product to which the line is attributed for accounting.</summary>
    public required string AccountingProductId { get; init; }

    /// <summary>Details of a usage line; null for a flat line.</summary>
    public UsageDetail? Usage { get; init; }

    /// <summary>How a prorated amount was calculated.</summary>
    public IReadOnlyDictionary<string, decimal>? Additional { get; init; }
}

/// <summary>Details of a usage line.</summary>
/// <param name="Pricing">The pricing.</param>
/// <param name="Aggregation">The aggregation, simple or compound.</param>
/// <param name="SegmentIndex">Index of the segment; null if the aggregation has no segments.</param>
/// <param name="Rated">The quantity and its amount.</param>
internal sealed record UsageDetail(
    PlanPricing Pricing, AnyAggregation Aggregation, int? SegmentIndex, RatedUsage Rated);
