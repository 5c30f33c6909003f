using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Aggregations;

/// <summary>Combines the values of one meter field into one number per account and period.</summary>
public sealed record Aggregation : AnyAggregation
{
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
    /// The segments, at most 1000, each with a value for every segmented field. <c>*</c> matches any value.
    /// </summary>
    [MaximumItems(1000)]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments { get; init; }

    /// <summary>
    /// The value if there is nothing to aggregate. If absent, there is no value and no bill line item.
    /// </summary>
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

    /// <summary>The smallest value.</summary>
    Min,

    /// <summary>The largest value.</summary>
    Max,

    /// <summary>The number of values.</summary>
    Count,

    /// <summary>The value with the latest timestamp; if there are several, the one received last.</summary>
    Latest,

    /// <summary>Their arithmetic mean.</summary>
    Mean,

    /// <summary>The number of distinct values.</summary>
    Unique,

    /// <summary>The result of a query.</summary>
    CustomSql,
}
