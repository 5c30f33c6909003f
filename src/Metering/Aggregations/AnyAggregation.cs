using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Aggregations;

/// <summary>What simple and compound aggregations have in common: how a quantity becomes units on a bill.</summary>
public abstract record AnyAggregation : ResourceWithCustomFields
{
    /// <summary>Descriptive name; the default description of its bill lines.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>
    /// How the number of units is rounded after division by <see cref="QuantityPerUnit"/>; <c>NONE</c> when absent.
    /// </summary>
    [RequiredInContract]
    public Rounding Rounding { get; init; }

    /// <summary>How much of the aggregated quantity makes one billed unit.</summary>
    [Above(0)]
    public required decimal QuantityPerUnit { get; init; }

    /// <summary>Label of the unit on bill lines.</summary>
    [Characters(1, 50)]
    public required string Unit { get; init; }

    /// <summary>
    /// Short code, unique among aggregations of its kind; compound aggregations name aggregations by it.
    /// </summary>
    [Characters(0, 80), Form(TextForm.Identifier)]
    public string? Code { get; init; }

    /// <summary>UUID of the product that resulting bill lines are attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }
}
