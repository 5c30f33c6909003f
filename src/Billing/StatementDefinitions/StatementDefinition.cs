using Tallystick.Foundation.Json;
using Tallystick.Metering.Aggregations;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.StatementDefinitions;

/// <summary>How the statements that explain the usage of a bill break it down.</summary>
public sealed record StatementDefinition : Resource
{
    /// <summary>Descriptive name.</summary>
    public string? Name { get; init; }

    /// <summary>Length of the time that one row of a statement is for.</summary>
    public required AggregationFrequency AggregationFrequency { get; init; }

    /// <summary>True when statements show the price of a unit.</summary>
    public bool? IncludePricePerUnit { get; init; }

    /// <summary>Text fields of meters by whose values usage is told apart.</summary>
    public IReadOnlyList<Dimension>? Dimensions { get; init; }

    /// <summary>Number fields of meters that are summed up.</summary>
    public IReadOnlyList<Measure>? Measures { get; init; }

    /// <summary>True when statements leave out rows without usage and columns without values.</summary>
    public bool? GenerateSlimStatements { get; init; }
}

/// <summary>A text field of a meter by whose values usage is told apart.</summary>
public sealed record Dimension
{
    /// <summary>UUID of the meter.</summary>
    public string? MeterId { get; init; }

    /// <summary>Code of the field.</summary>
    [Characters(1, int.MaxValue)]
    public required string Name { get; init; }

    /// <summary>Attributes of the field.</summary>
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>Values that are shown; <c>*</c> for all.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<string> Filter { get; init; }
}

/// <summary>A number field of a meter that is summed up.</summary>
public sealed record Measure
{
    /// <summary>UUID of the meter.</summary>
    public string? MeterId { get; init; }

    /// <summary>Code of the field; empty for all fields.</summary>
    public string? Name { get; init; }

    /// <summary>How it is summed up.</summary>
    [MaximumItems(7)]
    public IReadOnlyList<AggregationMethod>? Aggregations { get; init; }
}

/// <summary>Length of the time that one row of a statement is for.</summary>
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
