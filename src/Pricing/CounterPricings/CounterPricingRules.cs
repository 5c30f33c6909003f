using Tallystick.Foundation.Values;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Pricing.CounterPricings;

/// <summary>Rules of counter pricings beyond their shape.</summary>
internal static class CounterPricingRules
{
    internal static void Check(CounterPricing pricing, Issues issues)
    {
        if (pricing.PlanId is null == pricing.PlanTemplateId is null)
            issues.Add("exactly_one", "planId", "exactly one of planId and planTemplateId is required");
        if (pricing.EndDate is { } end && end <= pricing.StartDate)
            issues.Add("order", "endDate", "must be after startDate");
        PricingRules.CheckBands(pricing.PricingBands, "pricingBands", issues);
    }

    internal static async ValueTask CheckAgainstAsync(
        CounterPricing pricing, CounterPricing? current, IResourceReader related, Issues issues)
    {
        var counter = await related.FindAsync<Counter>(pricing.CounterId);
        var product = await PricingRules.ProductAsync(pricing.PlanId, pricing.PlanTemplateId, related);
        if (counter?.ProductId is { } counted && product is not null && counted != product)
            issues.Add("other_product", "counterId", "must be a counter of the plan's product or a global counter");
        var owner = pricing.PlanId is { } plan
            ? Condition.Equal("plan_id", plan)
            : Condition.Equal("plan_template_id", pricing.PlanTemplateId ?? "");
        var others = await related.ListAsync<CounterPricing>(
            Condition.And(owner, Condition.Equal("counter_id", pricing.CounterId)));
        var clash = others.FirstOrDefault(other =>
            other.Id != current?.Id && other.Id != pricing.Id
            && (other.EndDate is not { } otherEnd || pricing.StartDate < otherEnd)
            && (pricing.EndDate is not { } end || other.StartDate < end));
        if (clash is not null)
            issues.AddConflict(
                "overlap", "startDate", $"overlaps the counter pricing '{clash.Id}' of the same counter");
    }

    /// <summary>
    /// Refuses to move a counter to another product, because its counter pricings require a global counter or one of
    /// the plan's product.
    /// </summary>
    internal static IEnumerable<Issue> RefuseChange(CounterPricing pricing, TargetChange change)
    {
        var proposed = ((Counter)change.Proposed).ProductId;
        if (proposed is not null && proposed != ((Counter)change.Current).ProductId)
            yield return new Issue("immutable", "productId",
                $"cannot be changed while the counter has counter pricings, such as '{pricing.Id}'");
    }

    /// <summary>
    /// Refuses a new product for a plan template whose counter pricings were validated against the current one.
    /// </summary>
    internal static IEnumerable<Issue> RefuseTemplateChange(CounterPricing pricing, TargetChange change)
    {
        if (((PlanTemplate)change.Proposed).ProductId != ((PlanTemplate)change.Current).ProductId)
            yield return new Issue("immutable", "productId",
                $"cannot be changed while the plan template has counter pricings, such as '{pricing.Id}'");
    }
}
