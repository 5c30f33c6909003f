using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Aggregations;

/// <summary>Common members of simple and compound aggregations: how a quantity becomes units on a bill.</summary>
public abstract record AnyAggregation : ResourceWithCustomFields
{
    /// <summary>Descriptive name. The default description of its bill line items.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>
    /// How the number of units is rounded after division by <see cref="QuantityPerUnit"/>. Default: <c>NONE</c>.
    /// </summary>
    [RequiredInContract]
    public Rounding Rounding { get; init; }

    /// <summary>The quantity that makes up one billed unit.</summary>
    [Above(0)]
    public required decimal QuantityPerUnit { get; init; }

    /// <summary>Label of the unit on bill line items.</summary>
    [Characters(1, 50)]
    public required string Unit { get; init; }

    /// <summary>
    /// Short code, unique among aggregations of its kind. Calculations refer to the aggregation by it.
    /// </summary>
    [Characters(0, 80), Form(TextForm.Identifier)]
    public string? Code { get; init; }

    /// <summary>UUID of the product to which bill line items are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }
}
