using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Counters;

/// <summary>The definition of counters.</summary>
public static class CounterResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Counter> Definition { get; } =
        new("Counter", "counters", () => PricingJson.Format.Counter)
        {
            MaximumPageSize = 200,
            UniqueBy = [new("code", counter => counter.Code)],
            Filters =
            [
                ListFilter.Many("codes", "code", "Only counters with these codes."),
                ListFilter.Many("productId", "product_id", "Only counters of these products. An empty value selects "
                    + "global counters."),
            ],
            Refers = [new("productId", "Product", counter => counter.ProductId)],
        };
}
