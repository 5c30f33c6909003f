using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Aggregations;

/// <summary>Turns the values of one field of a meter into one number per account and period.</summary>
public sealed record Aggregation : ResourceWithCustomFields
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

    /// <summary>Short code, unique among aggregations.</summary>
    [Characters(0, 80), Form(TextForm.Identifier)]
    public string? Code { get; init; }

    /// <summary>UUID of the product that resulting bill lines are attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>UUID of the meter whose measurements are aggregated.</summary>
    [Characters(36, 36)]
    public required string MeterId { get; init; }

    /// <summary>Code of the data or derived field that is aggregated.</summary>
    [Characters(1, 80)]
    public required string TargetField { get; init; }

    /// <summary>How the values are combined.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("aggregation")]
    public required AggregationMethod Method { get; init; }

    /// <summary>Codes of the text fields by which usage is divided into segments, at most 5.</summary>
    [MaximumItems(5)]
    public IReadOnlyList<string>? SegmentedFields { get; init; }

    /// <summary>
    /// The segments, at most 1000: each gives a value to every segmented field; <c>*</c> stands for any value.
    /// </summary>
    [MaximumItems(1000)]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments { get; init; }

    /// <summary>The value where there is nothing to aggregate; absent for no value, and so no bill line.</summary>
    [AtLeast(0)]
    public decimal? DefaultValue { get; init; }

    /// <summary>The query of a <c>CUSTOM_SQL</c> aggregation.</summary>
    [Characters(0, 2048)]
    public string? CustomSql { get; init; }
}

/// <summary>How the values of a field are combined into one number.</summary>
public enum AggregationMethod
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The smallest.</summary>
    Min,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>How many there are.</summary>
    Count,

    /// <summary>The one with the latest timestamp; of several, the one received last.</summary>
    Latest,

    /// <summary>Their arithmetic mean.</summary>
    Mean,

    /// <summary>How many different ones there are.</summary>
    Unique,

    /// <summary>The result of a query.</summary>
    CustomSql,
}
