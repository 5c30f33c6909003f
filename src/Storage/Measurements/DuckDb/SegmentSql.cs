using System.Text;
using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Finds a measurement's segment within the query. Each pattern of exact fields is one join with its segments. Between
/// patterns the rank decides; within a rank, the smallest index.
/// </summary>
internal sealed class SegmentSql
{
    private readonly StringBuilder _joins = new();
    private readonly List<DuckDBParameter> _parameters;
    private int _patterns;

    /// <param name="query">The query; it has segments.</param>
    /// <param name="columns">SQL of the values of the segmented fields, in order.</param>
    /// <param name="parameters">Parameters of the statement; those of the segments are appended.</param>
    public SegmentSql(UsageQuery query, IReadOnlyList<string> columns, List<DuckDBParameter> parameters)
    {
        _parameters = parameters;
        var ranks = SegmentMatching.Ranks(query.SegmentedFields, query.Segments)
            .Select(rank => $"least({string.Join(", ", rank.Select(pattern => Join(pattern, columns)))})");
        Index = $"coalesce({string.Join(", ", ranks)})";
    }

    /// <summary>SQL of the segment's index; null if no segment matches.</summary>
    public string Index { get; }

    /// <summary>The joins that <see cref="Index"/> needs.</summary>
    public string Joins => _joins.ToString();

    private string Join(SegmentPattern pattern, IReadOnlyList<string> columns)
    {
        if (pattern.ExactFields.Count == 0)
            return FormattableString.Invariant($"{pattern.Segments.Min(segment => segment.Index)}");
        var name = FormattableString.Invariant($"s{_patterns++}");
        // Equal segments would count a measurement twice, so only the first of them counts it.
        var segments = pattern.Segments.DistinctBy(
            segment => string.Join('\0', segment.Values), StringComparer.Ordinal).ToArray();
        var indices = Add(segments.Select(segment => segment.Index).ToList());
        var values = pattern.ExactFields.Select((field, index) =>
        {
            var list = Add(segments.Select(segment => segment.Values[field]).ToList());
            return FormattableString.Invariant($"unnest({list}) AS v{index}");
        });
        var conditions = pattern.ExactFields.Select((field, index) =>
            FormattableString.Invariant($"{name}.v{index} = {columns[field]}"));
        _joins.Append(
            $"""
             LEFT JOIN (SELECT unnest({indices}) AS i, {string.Join(", ", values)}) {name}
             ON {string.Join(" AND ", conditions)}

            """);
        return name + ".i";
    }

    private string Add(object value)
    {
        _parameters.Add(new DuckDBParameter(value));
        return FormattableString.Invariant($"${_parameters.Count}");
    }
}
