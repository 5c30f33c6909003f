using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Builds the statements of usage queries. Our own numbers are literals, so that the engine can skip data that they
/// rule out; text from users is passed as parameters.
/// </summary>
internal sealed class UsageSql
{
    private readonly List<DuckDBParameter> _parameters = [];
    private readonly ValueSql _values;
    private readonly SegmentSql? _segments;

    public UsageSql(UsageQuery query, KeyMaps keys, int meter, ValueSql values)
    {
        _values = values;
        _segments = query.Segments.Count == 0
            ? null
            : new SegmentSql(
                query, [.. query.SegmentedFields.Select(field => TextOf(keys, meter, field))], _parameters);
        Filter = FilterSql.Condition(query.Filters, query.Meter, field => TextOf(keys, meter, field), _parameters);
    }

    /// <summary>The joins that find a measurement's segment.</summary>
    public string SegmentJoins => _segments?.Joins ?? "";

    /// <summary>The condition of the query's filters.</summary>
    public string Filter { get; }

    /// <summary>Builds the statement, which returns a key, the index of the segment, then the aggregates.</summary>
    /// <param name="connection">The connection to run it on.</param>
    /// <param name="key">SQL of the key to group by.</param>
    /// <param name="from">SQL of the rows, named <c>m</c>, starting with FROM.</param>
    public DuckDBCommand Command(DuckDBConnection connection, string key, string from)
    {
        var aggregates = string.Join(", ", _values.Aggregates);
        var command = connection.Command(_segments is { } segments
            ? $"""
                SELECT i, segment, {aggregates}
                FROM (SELECT {key} AS i, {segments.Index} AS segment, m.* {from})
                WHERE segment IS NOT NULL AND ({_values.HasValue}) GROUP BY i, segment
                """
            // Grouping by a single column is faster.
            : $"""
                SELECT i, -1, {aggregates} FROM (SELECT {key} AS i, m.* {from})
                WHERE {_values.HasValue} GROUP BY i
                """);
        foreach (var parameter in _parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>SQL of a relation with the windows.</summary>
    public string Windows(IReadOnlyList<WindowKeys> windows) =>
        $"""
        SELECT unnest({Add(windows.Select(window => window.Index).ToList())}) AS i,
            unnest({Add(windows.Select(window => window.Account).ToList())}) AS account,
            unnest({Add(windows.Select(window => window.First).ToList())}) AS first,
            unnest({Add(windows.Select(window => window.End).ToList())}) AS window_end
        """;

    /// <summary>
    /// SQL of the value of a text field of a row <c>m</c>; empty if it is absent, as it is from all rows if no
    /// measurement ever had it.
    /// </summary>
    public static string TextOf(KeyMaps keys, int meter, string field) =>
        keys.FindColumn(meter, field, ColumnKind.Text) is { } column ? $"coalesce(m.{column}, '')" : "''";

    private string Add(object value)
    {
        _parameters.Add(new DuckDBParameter(value));
        return FormattableString.Invariant($"${_parameters.Count}");
    }
}
