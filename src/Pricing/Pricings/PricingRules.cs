using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.Meters;
using Tallystick.Pricing.Plans;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Pricing.Pricings;

/// <summary>Rules of pricings beyond their shape.</summary>
internal static class PricingRules
{
    private static readonly Dictionary<string, string> NoSegment = [];

    internal static void Check(PlanPricing pricing, Issues issues)
    {
        if (pricing.PlanId is null == pricing.PlanTemplateId is null)
            issues.Add("exactly_one", "planId", "exactly one of planId and planTemplateId is required");
        if (pricing.AggregationId is null == pricing.CompoundAggregationId is null)
            issues.Add("exactly_one", "aggregationId", "exactly one of aggregationId and compoundAggregationId is "
                + "required");
        if (pricing.EndDate is { } end && end <= pricing.StartDate)
            issues.Add("order", "endDate", "must be after startDate");
        CheckBands(pricing.PricingBands, "pricingBands", issues);
        if (pricing.OveragePricingBands is not { Count: > 0 } overage)
            return;
        if (!pricing.Cumulative || pricing.TiersSpanPlan is true)
            issues.Add("not_allowed",
                "overagePricingBands", "are allowed only if cumulative is true and tiersSpanPlan is false");
        CheckBands(overage, "overagePricingBands", issues);
    }

    internal static void CheckBands(IReadOnlyList<PricingBand> bands, string path, Issues issues)
    {
        var limits = new HashSet<decimal>();
        foreach (var (index, band) in bands.Index())
        {
            if (!limits.Add(band.LowerLimit))
                issues.Add("duplicate", $"{path}[{index}].lowerLimit", "is already the lower limit of another band");
        }
        if (!limits.Contains(0))
            issues.Add("bands", path, "must include a band with lowerLimit 0");
    }

    internal static async ValueTask CheckAgainstAsync(
        PlanPricing pricing, PlanPricing? current, IResourceReader related, Issues issues)
    {
        var product = await ProductAsync(pricing.PlanId, pricing.PlanTemplateId, related);
        if (await related.FindAsync<Aggregation>(pricing.AggregationId) is { } aggregation)
        {
            CheckSegment(pricing, aggregation.Segments, issues);
            var meter = await related.FindAsync<Meter>(aggregation.MeterId);
            if (meter?.ProductId is { } metered && product is not null && metered != product)
                issues.Add(
                    "other_product", "aggregationId", "must aggregate a meter of the plan's product or a global meter");
        }
        if (await related.FindAsync<CompoundAggregation>(pricing.CompoundAggregationId) is { } compound)
        {
            CheckSegment(pricing, await CompoundSegments.OfAsync(compound, related), issues);
            if (compound.ProductId is { } owner && product is not null && owner != product)
                issues.Add("other_product", "compoundAggregationId", "must belong to the plan's product or be global");
        }
        await CheckOverlapAsync(pricing, current, related, issues);
    }

    /// <summary>The product of the plan or of the plan template.</summary>
    internal static async ValueTask<string?> ProductAsync(
        string? planId, string? planTemplateId, IResourceReader related) =>
        planId is not null
            ? (await related.FindAsync<Plan>(planId))?.ProductId
            : (await related.FindAsync<PlanTemplate>(planTemplateId))?.ProductId;

    /// <summary>Refuses to remove a priced segment from its aggregation.</summary>
    internal static IEnumerable<Issue> RefuseChange(PlanPricing pricing, TargetChange change)
    {
        var issues = new Issues();
        CheckSegment(pricing, ((Aggregation)change.Proposed).Segments, issues);
        foreach (var _ in issues.All)
            yield return new Issue("segment_in_use",
                "segments", $"must keep the segments that pricings use, such as those of pricing '{pricing.Id}'");
    }

    /// <summary>
    /// Refuses to move a compound aggregation to another product, because its pricings were validated against the
    /// plan's product.
    /// </summary>
    internal static IEnumerable<Issue> RefuseCompoundChange(PlanPricing pricing, TargetChange change)
    {
        if (((CompoundAggregation)change.Proposed).ProductId is { } owner
            && owner != ((CompoundAggregation)change.Current).ProductId)
            yield return new Issue("immutable", "productId",
                $"cannot be changed while the compound aggregation has pricings, such as '{pricing.Id}'");
    }

    /// <summary>
    /// Refuses a new product for a plan template whose pricings were validated against the current one.
    /// </summary>
    internal static IEnumerable<Issue> RefuseTemplateChange(PlanPricing pricing, TargetChange change)
    {
        if (((PlanTemplate)change.Proposed).ProductId != ((PlanTemplate)change.Current).ProductId)
            yield return new Issue("immutable", "productId",
                $"cannot be changed while the plan template has pricings, such as '{pricing.Id}'");
    }

    private static void CheckSegment(
        PlanPricing pricing, IReadOnlyList<IReadOnlyDictionary<string, string>>? offered, Issues issues)
    {
        var segments = offered ?? [];
        if (pricing.Segment is null && segments.Count > 0)
            issues.Add("required", "segment", "is required because the aggregation is segmented");
        else if (pricing.Segment is not null && !segments.Any(segment => SameSegment(segment, pricing.Segment)))
            issues.Add("unknown_segment", "segment", "must be a segment of the aggregation");
    }

    /// <summary>Whether both have the same fields and values.</summary>
    internal static bool SameSegment(
        IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        CompoundSegments.AreSame(left ?? NoSegment, right ?? NoSegment);

    // Two prices for the same usage at the same time would make the bill ambiguous.
    private static async ValueTask CheckOverlapAsync(
        PlanPricing pricing, PlanPricing? current, IResourceReader related, Issues issues)
    {
        var owner = pricing.PlanId is { } plan
            ? Condition.Equal("plan_id", plan)
            : Condition.Equal("plan_template_id", pricing.PlanTemplateId ?? "");
        var others = await related.ListAsync<PlanPricing>(
            Condition.And(owner, pricing.AggregationId is { } simple
                ? Condition.Equal("aggregation_id", simple)
                : Condition.Equal("compound_aggregation_id", pricing.CompoundAggregationId ?? "")));
        var clash = others.FirstOrDefault(other =>
            other.Id != current?.Id && other.Id != pricing.Id
            && SameSegment(other.Segment, pricing.Segment)
            && (other.EndDate is not { } otherEnd || pricing.StartDate < otherEnd)
            && (pricing.EndDate is not { } end || other.StartDate < end));
        if (clash is not null)
            issues.AddConflict(
                "overlap", "startDate", $"overlaps the pricing '{clash.Id}' of the same aggregation and segment");
    }
}
