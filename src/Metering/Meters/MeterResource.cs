using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Meters;

/// <summary>The definition of meters.</summary>
public static class MeterResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Meter> Definition { get; } = new(
        "Meter", "meters", () => MeteringJson.Format.Meter)
    {
        UniqueBy = [new("code", meter => meter.Code)],
        Filters =
        [
            ListFilter.Many(
                "productId", "product_id", "Only meters of these products. An empty value selects global meters."),
            ListFilter.Many("codes", "code", "Only meters with these codes."),
        ],
        Refers = [new("productId", "Product", meter => meter.ProductId)],
        Check = MeterRules.Check,
        CheckAgainst = DerivedFieldRules.CheckAsync,
    };
}
