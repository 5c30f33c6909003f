using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Usage;

/// <summary>Queries measurements or aggregations of them.</summary>
public sealed record UsageQueryRequest
{
    /// <summary>The shape of a request.</summary>
    public static ObjectShape Shape { get; } = JsonShapes.Of(typeof(UsageQueryRequest));

    /// <summary>
    /// Start of the period (ISO 8601), inclusive, compared with the `ts` of measurements. Required without
    /// `timePeriod`.
    /// </summary>
    public Instant? StartDate { get; init; }

    /// <summary>End of the period (ISO 8601), exclusive. Required without `timePeriod`.</summary>
    public Instant? EndDate { get; init; }

    /// <summary>
    /// A period relative to the time of the request, in the organization's time zone. Ignored if dates are given.
    /// </summary>
    public UsageTimePeriod? TimePeriod { get; init; }

    /// <summary>UUIDs of the meters to query. All meters if absent or empty.</summary>
    public IReadOnlyList<string>? MeterIds { get; init; }

    /// <summary>
    /// UUIDs of the accounts to query. All accounts if absent or empty. A parent does not include its children.
    /// </summary>
    public IReadOnlyList<string>? AccountIds { get; init; }

    /// <summary>
    /// Only measurements with these values. Each filter applies to its own meter, and all filters must match.
    /// </summary>
    public IReadOnlyList<DataExplorerDimensionFilter>? DimensionFilters { get; init; }

    /// <summary>The values to compute. If absent or empty, the measurements themselves are returned.</summary>
    public IReadOnlyList<DataExplorerAggregation>? Aggregations { get; init; }

    /// <summary>How to group the aggregations.</summary>
    public IReadOnlyList<DataExplorerGroup>? Groups { get; init; }

    /// <summary>
    /// Maximum number of rows to return, 1 to 20000. Default: 20000. The most recently received are returned.
    /// </summary>
    [AtLeast(1), AtMost(20_000)]
    public int? Limit { get; init; }

    /// <summary>
    /// Resolves <see cref="TimePeriod"/> to dates as of <paramref name="now"/>. Returns the query unchanged if it
    /// already has a date or has no time period.
    /// </summary>
    public UsageQueryRequest At(Instant now, DateTimeZone zone)
    {
        if (TimePeriod is not { } period || StartDate is not null || EndDate is not null)
            return this;
        var window = period.WindowOf(now, zone);
        return this with { StartDate = window.Start, EndDate = window.End };
    }

    /// <summary>Checks the shape of a request and reads it.</summary>
    /// <param name="body">The request.</param>
    /// <param name="zone">Time zone of dates and of date-times without an offset.</param>
    /// <exception cref="RefusedException">The shape is not valid; all faults found are listed.</exception>
    public static UsageQueryRequest Read(JsonElement body, DateTimeZone zone) =>
        JsonSerializer.Deserialize(Shape.Check(body, zone), MeteringJson.Format.UsageQueryRequest)!;
}

/// <summary>Includes only measurements whose field has one of the values.</summary>
public sealed record DataExplorerDimensionFilter
{
    /// <summary>UUID of the meter.</summary>
    [Characters(1, int.MaxValue)]
    public required string MeterId { get; init; }

    /// <summary>Code of a text field.</summary>
    [Characters(1, int.MaxValue)]
    public required string FieldCode { get; init; }

    /// <summary>The values to match exactly. A measurement matches if its field has any of them.</summary>
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

    /// <summary>Whether the field contains numbers (MEASURE) or text (DIMENSION).</summary>
    public required DataExplorerFieldType FieldType { get; init; }

    /// <summary>How the values are combined. Text fields support COUNT and UNIQUE.</summary>
    public required DataExplorerAggregationFunction Function { get; init; }
}

/// <summary>Groups the results.</summary>
public sealed record DataExplorerGroup
{
    /// <summary>By account, by the values of a dimension, or by time.</summary>
    public DataExplorerGroupType? GroupType { get; init; }

    /// <summary>UUID of the meter, for a dimension.</summary>
    [Characters(1, int.MaxValue)]
    public string? MeterId { get; init; }

    /// <summary>Code of the text field, for a dimension.</summary>
    [Characters(1, int.MaxValue)]
    public string? FieldCode { get; init; }

    /// <summary>Size of the time buckets, for time.</summary>
    public DataExplorerUsageDataFrequency? Frequency { get; init; }
}

/// <summary>What a field contains.</summary>
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

    /// <summary>The smallest value.</summary>
    Min,

    /// <summary>The largest value.</summary>
    Max,

    /// <summary>The number of values.</summary>
    Count,

    /// <summary>The value with the latest timestamp.</summary>
    Latest,

    /// <summary>Their arithmetic mean.</summary>
    Mean,

    /// <summary>The number of distinct values.</summary>
    Unique,
}

/// <summary>How aggregations are grouped.</summary>
public enum DataExplorerGroupType
{
    /// <summary>By account.</summary>
    Account,

    /// <summary>By the values of a text field.</summary>
    Dimension,

    /// <summary>By time.</summary>
    Time,
}

/// <summary>Size of a time bucket, in the organization's time zone.</summary>
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
