using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Products;

/// <summary>The definition of products.</summary>
public static class ProductResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Product> Definition { get; } =
        new("Product", "products", () => MeteringJson.Format.Product)
        {
            MaximumPageSize = 200,
            UniqueBy = [new("code", product => product.Code)],
        };
}
