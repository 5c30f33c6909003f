using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Products;

/// <summary>A product that you sell: a container for meters, aggregations, plan templates and plans.</summary>
public sealed record Product : ResourceWithCustomFields
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among products.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }
}
