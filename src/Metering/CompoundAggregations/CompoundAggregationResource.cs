using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.CompoundAggregations;

/// <summary>The definition of compound aggregations.</summary>
public static class CompoundAggregationResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<CompoundAggregation> Definition { get; } =
        new("CompoundAggregation", "compoundaggregations", () => MeteringJson.Format.CompoundAggregation)
        {
            UniqueBy = [new("code", compound => compound.Code)],
            Filters =
            [
                ListFilter.Many(
                    "productId", "product_id",
                    "Only compound aggregations of these products. An empty value selects global compound "
                        + "aggregations."),
                ListFilter.Many("codes", "code", "Only compound aggregations with these codes."),
            ],
            Refers =
            [
                new("productId", "Product", compound => compound.ProductId),
                new("accountingProductId", "Product", compound => compound.AccountingProductId),
            ],
            CheckAgainst = CompoundAggregationRules.CheckAgainstAsync,
            Show = CompoundSegments.ShowAsync,
        };
}
