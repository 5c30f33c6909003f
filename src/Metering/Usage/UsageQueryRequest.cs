using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Usage;

/// <summary>Asks for measurements as they were received, or for what they come to.</summary>
public sealed record UsageQueryRequest
{
    /// <summary>The shape of a request.</summary>
    public static ObjectShape Shape { get; } = JsonShapes.Of(typeof(UsageQueryRequest));

    /// <summary>First instant (ISO 8601); compared with the `ts` of measurements. Required.</summary>
    public Instant? StartDate { get; init; }

    /// <summary>First instant after (ISO 8601). Required.</summary>
    public Instant? EndDate { get; init; }

    /// <summary>UUIDs of the meters to read; absent or empty for all.</summary>
    public IReadOnlyList<string>? MeterIds { get; init; }

    /// <summary>UUIDs of the accounts to read; absent or empty for all. Children do not count for a parent.</summary>
    public IReadOnlyList<string>? AccountIds { get; init; }

    /// <summary>Only measurements with these values; each restricts its own meter, and all must hold.</summary>
    public IReadOnlyList<DataExplorerDimensionFilter>? DimensionFilters { get; init; }

    /// <summary>What to compute; absent or empty for the measurements themselves.</summary>
    public IReadOnlyList<DataExplorerAggregation>? Aggregations { get; init; }

    /// <summary>What to divide the aggregations by.</summary>
    public IReadOnlyList<DataExplorerGroup>? Groups { get; init; }

    /// <summary>Most rows to answer, 1 to 20000; 20000 when absent. The most recently received are answered.</summary>
    [AtLeast(1), AtMost(20_000)]
    public int? Limit { get; init; }

    /// <summary>Reads a request whose shape is right.</summary>
    /// <param name="body">The request.</param>
    /// <param name="zone">Where dates and date-times without an offset are.</param>
    /// <exception cref="RefusedException">It is not; all faults found are listed.</exception>
    public static UsageQueryRequest Read(JsonElement body, DateTimeZone zone) =>
        JsonSerializer.Deserialize(Shape.Check(body, zone), MeteringJson.Format.UsageQueryRequest)!;
}

/// <summary>Lets only measurements pass whose field has one of the values.</summary>
public sealed record DataExplorerDimensionFilter
{
    /// <summary>UUID of the meter.</summary>
    [Characters(1, int.MaxValue)]
    public required string MeterId { get; init; }

    /// <summary>Code of a field of text.</summary>
    [Characters(1, int.MaxValue)]
    public required string FieldCode { get; init; }

    /// <summary>The values, compared exactly; one of them is enough.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<string> Values { get; init; }
}

/// <summary>A number computed from the values of a field.</summary>
public sealed record DataExplorerAggregation
{
    /// <summary>UUID of the meter.</summary>
    [Characters(1, int.MaxValue)]
    public required string MeterId { get; init; }

    /// <summary>Code of the field.</summary>
    [Characters(1, int.MaxValue)]
    public required string FieldCode { get; init; }

    /// <summary>Whether the field holds numbers (MEASURE) or text (DIMENSION).</summary>
    public required DataExplorerFieldType FieldType { get; init; }

    /// <summary>How the values are combined; text can be counted (COUNT, UNIQUE).</summary>
    public required DataExplorerAggregationFunction Function { get; init; }
}

/// <summary>Divides the aggregations.</summary>
public sealed record DataExplorerGroup
{
    /// <summary>By account, by the values of a dimension, or by time.</summary>
    public DataExplorerGroupType? GroupType { get; init; }

    /// <summary>UUID of the meter, for a dimension.</summary>
    [Characters(1, int.MaxValue)]
    public string? MeterId { get; init; }

    /// <summary>Code of the field of text, for a dimension.</summary>
    [Characters(1, int.MaxValue)]
    public string? FieldCode { get; init; }

    /// <summary>Length of the buckets, for time.</summary>
    public DataExplorerUsageDataFrequency? Frequency { get; init; }
}

/// <summary>What a field holds.</summary>
public enum DataExplorerFieldType
{
    /// <summary>Text.</summary>
    Dimension,

    /// <summary>Numbers.</summary>
    Measure,
}

/// <summary>How values are combined.</summary>
public enum DataExplorerAggregationFunction
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The least.</summary>
    Min,

    /// <summary>The greatest.</summary>
    Max,

    /// <summary>How many there are.</summary>
    Count,

    /// <summary>The one with the latest timestamp.</summary>
    Latest,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>How many different ones there are.</summary>
    Unique,
}

/// <summary>What aggregations are divided by.</summary>
public enum DataExplorerGroupType
{
    /// <summary>The account.</summary>
    Account,

    /// <summary>The values of a field of text.</summary>
    Dimension,

    /// <summary>Time.</summary>
    Time,
}

/// <summary>Length of a bucket of time, in the organization's time zone.</summary>
public enum DataExplorerUsageDataFrequency
{
    /// <summary>A calendar day.</summary>
    Day,

    /// <summary>An hour.</summary>
    Hour,

    /// <summary>Monday to Sunday.</summary>
    Week,

    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A calendar quarter.</summary>
    Quarter,
}
