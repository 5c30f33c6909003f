using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Aggregations;

/// <summary>Turns the values of one field of a meter into one number per account and period.</summary>
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
