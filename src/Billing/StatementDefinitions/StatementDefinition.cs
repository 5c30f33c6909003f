using Tallystick.Foundation.Json;
using Tallystick.Metering.Aggregations;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.StatementDefinitions;

/// <summary>How statements break down the usage of a bill.</summary>
public sealed record StatementDefinition : Resource
{
    /// <summary>Descriptive name.</summary>
    public string? Name { get; init; }

    /// <summary>Length of the period that one row of a statement covers.</summary>
    public required AggregationFrequency AggregationFrequency { get; init; }

    /// <summary>Whether statements show the price per unit.</summary>
    public bool? IncludePricePerUnit { get; init; }

    /// <summary>Text fields of meters by which usage is broken down.</summary>
    public IReadOnlyList<Dimension>? Dimensions { get; init; }

    /// <summary>Numeric fields of meters that are aggregated.</summary>
    public IReadOnlyList<Measure>? Measures { get; init; }

    /// <summary>Whether statements omit rows without usage and columns without values.</summary>
    public bool? GenerateSlimStatements { get; init; }
}

/// <summary>A text field of a meter by which usage is broken down.</summary>
public sealed record Dimension
{
    /// <summary>UUID of the meter.</summary>
    public string? MeterId { get; init; }

    /// <summary>Code of the field.</summary>
    [Characters(1, int.MaxValue)]
    public required string Name { get; init; }

    /// <summary>Attributes of the field.</summary>
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>Values to show. <c>*</c> shows all.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<string> Filter { get; init; }
}

/// <summary>A numeric field of a meter that is aggregated.</summary>
public sealed record Measure
{
    /// <summary>UUID of the meter.</summary>
    public string? MeterId { get; init; }

    /// <summary>Code of the field; empty for all fields.</summary>
    public string? Name { get; init; }

    /// <summary>How the field is aggregated.</summary>
    [MaximumItems(7)]
    public IReadOnlyList<AggregationMethod>? Aggregations { get; init; }
}

/// <summary>Length of the period that one row of a statement covers.</summary>
public enum AggregationFrequency
{
    /// <summary>A day.</summary>
    Day,

    /// <summary>A week.</summary>
    Week,

    /// <summary>A month.</summary>
    Month,

    /// <summary>Three months.</summary>
    Quarter,

    /// <summary>A year.</summary>
    Year,

    /// <summary>The whole period of the bill.</summary>
    WholePeriod,
}
