using Tallystick.Foundation.Json;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.Aggregations;

/// <summary>The definition of aggregations.</summary>
public static class AggregationResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Aggregation> Definition { get; } =
        new("Aggregation", "aggregations", () => MeteringJson.Format.Aggregation)
        {
            UniqueBy = [new("code", aggregation => aggregation.Code)],
            Filters =
            [
                new ListFilter.Part(
                    "productId",
                    "Only aggregations of meters of these products. An empty value selects global aggregations.",
                    new ListShape(new TextShape())),
                new ListFilter.Custom(OnMetersOfProductsAsync),
                ListFilter.Many("codes", "code", "Only aggregations with these codes."),
            ],
            Refers =
            [
                new("meterId", "Meter", aggregation => aggregation.MeterId)
                {
                    RefuseChange = AggregationRules.RefuseChange,
                },
                new("accountingProductId", "Product", aggregation => aggregation.AccountingProductId),
            ],
            Check = AggregationRules.Check,
            CheckAgainst = AggregationRules.CheckAgainstAsync,
            CheckDelete = AggregationRules.CheckDeleteAsync,
        };

    // An aggregation belongs to the product of its meter.
    private static async ValueTask<Condition?> OnMetersOfProductsAsync(
        ListParameters parameters, IResourceReader related)
    {
        if (parameters.AnyOf("productId", "product_id") is not { } ofProducts)
            return null;
        var meters = await related.ListAsync<Meter>(ofProducts);
        return new Condition.In("meter_id", [.. meters.Select(meter => meter.Id)]);
    }
}
