using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Prices.Pricings;

/// <summary>The table and the form of pricings.</summary>
internal static class PricingTable
{
    internal static TableDefinition<Pricing> Definition { get; } = new()
    {
        Name = "pricings",
        Operation = "GET pricings",
        Load = query => query.Api.Client.Pricings.ListAsync(
            query.PageSize, query["date"], query["planId"], query["planTemplateId"], query["aggregationId"]),
        Key = pricing => pricing.Id,
        Page = pricing => $"pricings/{pricing.Id}",
        Filters =
        [
            new("planId", "Plan") { Reference = References.Plans },
            new("planTemplateId", "Plan template") { Reference = References.PlanTemplates },
            new("aggregationId", "Aggregation") { Reference = References.Aggregations },
            new("date", "In effect on") { IsDate = true },
        ],
        Columns = new Columns<Pricing>()
            .Text("Pricing", NameOf)
            .Reference("Plan", References.Plans, pricing => pricing.PlanId)
            .Reference("Plan template", References.PlanTemplates, pricing => pricing.PlanTemplateId)
            .Reference("Aggregation", References.Aggregations, pricing => pricing.AggregationId)
            .Reference("Compound aggregation", References.CompoundAggregations, one => one.CompoundAggregationId)
            .Text("Segment", pricing => pricing.SegmentString)
            .Time("From", pricing => pricing.StartDate)
            .Time("Until", pricing => pricing.EndDate)
            .Quantity("Bands", pricing => pricing.PricingBands.Count)
            .Code("Code", pricing => pricing.Code).Extra()
            .Code("Id", pricing => pricing.Id).Extra(),
    };

    /// <summary>The fields of a price whose aggregation and plan are chosen.</summary>
    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. PriceFields.Dates,
        new("cumulative", "Each band prices its own units", InputKind.Switch)
        {
            Heading = "Price",
            Hint = "Tiered. Otherwise, the highest band that is reached prices all units: volume and stairstep.",
        },
        PriceFields.Bands,
        new("tiersSpanPlan", "Count units over the whole time on the plan", InputKind.Switch),
        PriceFields.OverageBands,
        new("type", "Charged or credited", InputKind.Choice)
        {
            Heading = "On the bill",
            Options =
            [
                new("DEBIT", "Charged"), new("PRODUCT_CREDIT", "Credited against the product"),
                new("GLOBAL_CREDIT", "Credited against the bill"),
            ],
        },
        new("description", "Description") { MaxLength = 200, Hint = "Of its bill lines." },
        new("minimumSpend", "Minimum spend", InputKind.Decimal) { Hint = "Per billing period, for this price alone." },
        new("minimumSpendDescription", "Minimum spend description") { MaxLength = 200 },
        new("accountingProductId", "Accounting product", InputKind.Choice) { Reference = References.Products },
        new("code", "Code", InputKind.Code) { MaxLength = 80 },
    ];

    internal static string NameOf(Pricing pricing) =>
        pricing.Description ?? pricing.Code ?? pricing.SegmentString ?? "Pricing";

    /// <summary>What the price looks like.</summary>
    internal static string ShapeOf(Pricing pricing) => pricing switch
    {
        { PricingBands: [{ FixedPrice: 0 }] } => "A price per unit.",
        { PricingBands.Count: 1 } => "A fixed price and a price per unit.",
        { Cumulative: true } when pricing.PricingBands.All(band => band.FixedPrice == 0) =>
            "Tiered: each band prices its own units.",
        { Cumulative: true } => "Custom tiered: each band prices its own units and has its fixed price.",
        _ when pricing.PricingBands.All(band => band.UnitPrice == 0) =>
            "Stairstep: the highest band that is reached has a fixed price.",
        _ when pricing.PricingBands.All(band => band.FixedPrice == 0) =>
            "Volume: the highest band that is reached prices all units.",
        _ => "Custom volume: the highest band that is reached prices all units, with its fixed price.",
    };

    /// <summary>Bands for a copy, which get ids of their own.</summary>
    internal static IReadOnlyList<PricingBand> Copied(IReadOnlyList<PricingBand> bands) =>
        [.. bands.Select(band => band with { Id = null! })];
}
