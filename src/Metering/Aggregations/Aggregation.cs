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

    /// <summary>
    /// The query of a <c>CUSTOM_SQL</c> aggregation: a single <c>SELECT</c> in the SQL dialect of DuckDB that returns
    /// one row with one number. Null or no row means that there is nothing to aggregate. The query runs separately for
    /// each account, period and segment. Its only table, <c>measurements</c>, has the measurements of that account,
    /// meter, period and segment, with these columns: <c>uid</c>, <c>account_id</c>, <c>account_code</c> (VARCHAR);
    /// <c>ts</c>, <c>ets</c>, <c>received_at</c> (TIMESTAMP in UTC, in microseconds); and one column for each data
    /// field and derived field, named by its code. Text fields are VARCHAR. Numeric fields are DECIMAL(p, s), where s
    /// is the largest number of decimal places among the numbers that the query reads, at least 6, and p has the digits
    /// that they need, at least 18; the query fails if these numbers have more than 38 digits before and after the
    /// point together. Where numbers of different scales meet, as in <c>CASE</c> or comparisons, decimal places are
    /// rounded off if the common type would have more than 38 digits. <c>SUM</c> returns DECIMAL(38, s), so convert its
    /// result to the digits that it needs: <c>CAST(SUM(x) AS DECIMAL(18, 6))</c>. Available functions: <c>COUNT</c>,
    /// <c>SUM</c>, <c>MIN</c>, <c>MAX</c>, <c>AVG</c>, <c>COALESCE</c>, <c>NULLIF</c>, <c>ABS</c>, <c>ROUND</c>,
    /// <c>CEIL</c>, <c>FLOOR</c>, <c>LEAST</c>, <c>GREATEST</c>, <c>DATE_TRUNC</c>, <c>EXTRACT</c>, <c>CAST</c>,
    /// <c>LOWER</c>, <c>UPPER</c>, <c>LENGTH</c>, <c>SUBSTRING</c>, <c>TRIM</c>, <c>ROW_NUMBER</c>, <c>RANK</c>,
    /// <c>DENSE_RANK</c>, <c>LAG</c>, <c>LEAD</c>, <c>FIRST_VALUE</c>, <c>LAST_VALUE</c>; also <c>CASE</c>, <c>IN</c>,
    /// <c>BETWEEN</c>, <c>LIKE</c> with a pattern without <c>_</c>, joins, subqueries, <c>WITH</c>, <c>UNION</c>,
    /// <c>GROUP BY</c>, <c>HAVING</c> and window functions. <c>DATE_TRUNC</c> and <c>EXTRACT</c> use UTC. Results are
    /// exact, except that <c>AVG</c> and <c>/</c> return DOUBLE, which is rounded to 15 significant digits. If the
    /// query fails, returns anything else or exceeds a limit of time, memory or rows, the account gets no bill, and the
    /// bill job gives the reason. <c>targetField</c> is required but not used.
    /// </summary>
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

    /// <summary>The result of the query in <c>customSql</c>.</summary>
    CustomSql,
}
