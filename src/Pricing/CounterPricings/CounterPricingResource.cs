using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Pricing.CounterPricings;

/// <summary>The definition of counter pricings.</summary>
public static class CounterPricingResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<CounterPricing> Definition { get; } =
        new("CounterPricing", "counterpricings", () => PricingJson.Format.CounterPricing)
        {
            MaximumPageSize = 200,
            UniqueBy = [new("code", pricing => pricing.Code)],
            IndexedBy =
            [
                new("start_date", pricing => InstantText.Sortable(pricing.StartDate)),
                new("end_date", pricing => pricing.EndDate is { } end ? InstantText.Sortable(end) : null),
            ],
            Filters =
            [
                new ListFilter.Part("date",
                    "Only counter pricings that are in effect on this date. " + InstantText.ZoneRule, new TextShape()),
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult(
                    parameters.SortableInstant("date") is { } date ? Condition.IsActiveAt(date) : null)),
                ListFilter.One("planId", "plan_id", "Only counter pricings of this plan."),
                ListFilter.One("planTemplateId", "plan_template_id", "Only counter pricings of this plan template."),
            ],
            Refers =
            [
                new("planId", "Plan", pricing => pricing.PlanId),
                new("planTemplateId", "PlanTemplate", pricing => pricing.PlanTemplateId)
                {
                    RefuseChange = CounterPricingRules.RefuseTemplateChange,
                },
                new("counterId", "Counter", pricing => pricing.CounterId)
                {
                    RefuseChange = CounterPricingRules.RefuseChange,
                },
                new("accountingProductId", "Product", pricing => pricing.AccountingProductId),
            ],
            Complete = (pricing, _, _) => ValueTask.FromResult(Completed(pricing)),
            Check = CounterPricingRules.Check,
            CheckAgainst = CounterPricingRules.CheckAgainstAsync,
        };

    private static CounterPricing Completed(CounterPricing pricing) => pricing with
    {
        // Clients send the unused one of two references as an empty string.
        PlanId = string.IsNullOrEmpty(pricing.PlanId) ? null : pricing.PlanId,
        PlanTemplateId = string.IsNullOrEmpty(pricing.PlanTemplateId) ? null : pricing.PlanTemplateId,
        PricingBands = PricingResource.WithIds(pricing.PricingBands),
        RunningTotalBillInAdvance = pricing.RunningTotalBillInAdvance ?? true,
        ProRateRunningTotal = pricing.ProRateRunningTotal ?? true,
        ProRateAdjustmentDebit = pricing.ProRateAdjustmentDebit ?? true,
        ProRateAdjustmentCredit = pricing.ProRateAdjustmentCredit ?? true,
    };
}
