using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Prices.CounterPricings;

/// <summary>The table and the form of counter pricings.</summary>
internal static class CounterPricingTable
{
    internal static TableDefinition<CounterPricing> Definition { get; } = new()
    {
        Name = "counterpricings",
        Operation = "GET counterpricings",
        Load = query => query.Api.Client.CounterPricings.ListAsync(
            query.PageSize, query["date"], query["planId"], query["planTemplateId"]),
        Key = pricing => pricing.Id,
        Page = pricing => $"counterpricings/{pricing.Id}",
        Filters =
        [
            new("planId", "Plan") { Reference = References.Plans },
            new("planTemplateId", "Plan template") { Reference = References.PlanTemplates },
            new("date", "In effect on") { IsDate = true },
        ],
        Columns = new Columns<CounterPricing>()
            .Reference("Counter", References.Counters, pricing => pricing.CounterId)
            .Reference("Plan", References.Plans, pricing => pricing.PlanId)
            .Reference("Plan template", References.PlanTemplates, pricing => pricing.PlanTemplateId)
            .Time("From", pricing => pricing.StartDate)
            .Time("Until", pricing => pricing.EndDate)
            .Code("Code", pricing => pricing.Code)
            .Quantity("Bands", pricing => pricing.PricingBands.Count)
            .Code("Id", pricing => pricing.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. PriceFields.Owner,
        new("counterId", "Counter", InputKind.Choice) { IsRequired = true, Reference = References.Counters },
        .. PriceFields.Dates,
        new("cumulative", "Each band prices its own units", InputKind.Switch) { Heading = "Price" },
        PriceFields.Bands,
        new("runningTotalBillInAdvance", "Bill the running total in advance", InputKind.Switch) { Heading = "Billing" },
        new("proRateRunningTotal", "Prorate the running total", InputKind.Switch),
        new("proRateAdjustmentDebit", "Prorate increases", InputKind.Switch),
        new("proRateAdjustmentCredit", "Prorate decreases", InputKind.Switch),
        new("description", "Description") { MaxLength = 200, Hint = "Of its bill lines." },
        new("code", "Code", InputKind.Code) { MaxLength = 80 },
    ];
}
