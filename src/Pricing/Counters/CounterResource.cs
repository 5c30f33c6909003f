using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Counters;

/// <summary>What is special about counters.</summary>
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
                ListFilter.Many("productId", "product_id", "Only counters of these products; empty for global ones."),
            ],
            Refers = [new("productId", "Product", counter => counter.ProductId)],
        };
}
