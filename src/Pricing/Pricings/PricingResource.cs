using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Pricing.Pricings;

/// <summary>The definition of pricings.</summary>
public static class PricingResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<PlanPricing> Definition { get; } =
        new("Pricing", "pricings", () => PricingJson.Format.PlanPricing)
        {
            UniqueBy = [new("code", pricing => pricing.Code)],
            IndexedBy =
        [
            new("start_date", pricing => InstantText.Sortable(pricing.StartDate)),
            new("end_date", pricing => pricing.EndDate is { } end ? InstantText.Sortable(end) : null),
        ],
            Filters =
        [
            new ListFilter.Part("date",
                    "Only pricings that are in effect on this date. " + InstantText.ZoneRule, new TextShape()),
            new ListFilter.Custom((parameters, _) => ValueTask.FromResult(HeldOn(parameters))),
            ListFilter.One("planId", "plan_id", "Only pricings of this plan."),
            ListFilter.One("planTemplateId", "plan_template_id", "Only pricings of this plan template."),
            ListFilter.One("aggregationId", "aggregation_id", "Only pricings of this aggregation."),
        ],
            Refers =
        [
            new("planId", "Plan", pricing => pricing.PlanId),
            new("planTemplateId", "PlanTemplate", pricing => pricing.PlanTemplateId)
            {
                RefuseChange = PricingRules.RefuseTemplateChange,
            },
            new("aggregationId", "Aggregation", pricing => pricing.AggregationId)
            {
                RefuseChange = PricingRules.RefuseChange,
            },
            new("compoundAggregationId", "CompoundAggregation", pricing => pricing.CompoundAggregationId)
            {
                RefuseChange = PricingRules.RefuseCompoundChange,
            },
            new("accountingProductId", "Product", pricing => pricing.AccountingProductId),
        ],
            Complete = (pricing, _, _) => ValueTask.FromResult(Completed(pricing)),
            Check = PricingRules.Check,
            CheckAgainst = PricingRules.CheckAgainstAsync,
        };

    private static Condition? HeldOn(ListParameters parameters) =>
        parameters.SortableInstant("date") is { } date
            ? Condition.IsActiveAt(date)
            : null;

    private static PlanPricing Completed(PlanPricing pricing) => pricing with
    {
        // Clients send the unused one of two references as an empty string.
        PlanId = NullIfEmpty(pricing.PlanId),
        PlanTemplateId = NullIfEmpty(pricing.PlanTemplateId),
        AggregationId = NullIfEmpty(pricing.AggregationId),
        CompoundAggregationId = NullIfEmpty(pricing.CompoundAggregationId),
        Type = pricing.Type ?? PricingType.Debit,
        TiersSpanPlan = pricing.TiersSpanPlan ?? false,
        AggregationType = string.IsNullOrEmpty(pricing.CompoundAggregationId)
            ? AggregationType.Simple : AggregationType.Compound,
        SegmentString = pricing.Segment is { Count: > 0 } segment
            ? string.Join(',', segment.OrderBy(
                pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value}"))
            : null,
        Segment = pricing.Segment is { Count: > 0 } ? pricing.Segment : null,
        PricingBands = WithIds(pricing.PricingBands),
        OveragePricingBands = pricing.OveragePricingBands is { } overage ? WithIds(overage) : null,
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>The bands, each with an id.</summary>
    internal static List<PricingBand> WithIds(IReadOnlyList<PricingBand> bands) =>
        [.. bands.Select(
            band => string.IsNullOrEmpty(band.Id) ? band with { Id = Guid.CreateVersion7().ToString() } : band)];
}
