using DuckDB.NET.Data;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Usage;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Reads aggregates with one statement: it reads each meter in one pass, then merges rows of different meters with
/// equal keys. Its columns are <c>kN</c> for group N and, for aggregation N, the number of its values <c>nN</c> and the
/// texts <c>vN_M</c> from which its result is computed.
/// </summary>
internal sealed class ExplorerGroups
{
    private readonly UsageExploration _query;
    private readonly ExplorerSource _source;
    private readonly ExplorerTime? _time;
    private readonly Dictionary<string, string> _from;
    private readonly ValueSql?[] _values;

    private ExplorerGroups(UsageExploration query, ExplorerSource source)
    {
        (_query, _source) = (query, source);
        _from = query.Meters
            .Select(meter => (meter.Id, From: source.From(meter)))
            .Where(meter => meter.From is not null)
            .ToDictionary(meter => meter.Id, meter => meter.From!, StringComparer.Ordinal);
        if (query.Groups.OfType<ExplorerGroup.ByTime>().FirstOrDefault() is { } byTime)
            _time = new ExplorerTime(byTime.Frequency, query.Zone, query.Window);
        _values = [.. query.Aggregations.Select(aggregation =>
            source.Columns(aggregation.Meter, aggregation.Field, aggregation.Method) is { Length: > 0 } columns
                ? ValueSql.Build(aggregation.Method, columns)
                : null)];
    }

    public static ExplorerRows Read(DuckDBConnection connection, UsageExploration query, KeyMaps keys)
    {
        if (ExplorerSource.Find(connection, query, keys) is not { } source)
            return new ExplorerRows([], [], false);
        var groups = new ExplorerGroups(query, source);
        var parts = query.Meters.Select(groups.Part).OfType<string>().ToList();
        if (parts.Count == 0)
            return new ExplorerRows([], [], false);
        using var command = source.Command(groups.Statement(parts));
        var (found, hasMore) = query.Cut(command.Stream(groups.Row));
        return new ExplorerRows([], found, hasMore);
    }

    private IEnumerable<string> Keys => _query.Groups.Select((_, index) => FormattableString.Invariant($"k{index}"));

    private string Statement(IReadOnlyList<string> parts)
    {
        var groupBy = _query.Groups.Count == 0 ? "" : $"GROUP BY {string.Join(", ", Keys)}";
        var merged = Columns().Select(column => $"max({column}) AS {column}");
        var answered = _query.Groups
            .Select((group, index) => group is ExplorerGroup.ByAccount
                ? "a.id"
                : FormattableString.Invariant($"g.k{index}"))
            .Concat(Columns().Select(column => $"g.{column}"));
        var accounts = _query.Groups.Index()
            .Where(group => group.Item is ExplorerGroup.ByAccount)
            .Select(group => FormattableString.Invariant($"JOIN accounts a ON a.key = g.k{group.Index}"))
            .FirstOrDefault();
        return FormattableString.Invariant(
            $"""
            SELECT {string.Join(", ", answered)}
            FROM (
                SELECT {string.Join(", ", Keys.Append("max(latest) AS latest").Concat(merged))}
                FROM ({string.Join("\nUNION ALL BY NAME\n", parts)})
                {groupBy}
                ORDER BY latest DESC LIMIT {_query.Limit + 1}
            ) g {accounts}
            WHERE g.latest IS NOT NULL
            ORDER BY g.latest DESC
            """);
    }

    // The part of the statement for one meter; null if it has no data.
    private string? Part(Meter meter)
    {
        if (!_from.TryGetValue(meter.Id, out var from))
            return null;
        var keys = _query.Groups.Select(
            (group, index) => FormattableString.Invariant($"{Key(group, meter)} AS k{index}"));
        // Without groups, a meter without measurements would have a row too: its cells are null, and not 0.
        var groupBy = _query.Groups.Count == 0 ? "HAVING count(*) > 0" : $"GROUP BY {string.Join(", ", Keys)}";
        List<string> aggregates = ["max(sequence) AS latest"];
        foreach (var (index, aggregation) in _query.Aggregations.Index())
        {
            if (aggregation.Meter != meter)
                continue;
            var hasValue = _values[index]?.HasValue ?? "false";
            aggregates.Add(FormattableString.Invariant($"count(*) FILTER ({hasValue}) AS n{index}"));
            foreach (var (number, sql) in (_values[index]?.Aggregates ?? []).Index())
                aggregates.Add(FormattableString.Invariant($"{sql} AS v{index}_{number}"));
        }
        return $"""
            SELECT {string.Join(", ", Keys.Concat(aggregates))}
            FROM (SELECT {string.Join(", ", keys.Append("m.*"))} {from})
            {groupBy}
            """;
    }

    private string Key(ExplorerGroup group, Meter meter) => group switch
    {
        ExplorerGroup.ByAccount => "m.account",
        ExplorerGroup.ByTime => _time!.Bucket,
        ExplorerGroup.ByDimension dimension when dimension.MeterIds.Contains(meter.Id)
            && _source.FindText(meter, dimension.Field) is { } column => $"m.{column}",
        _ => "NULL::VARCHAR",
    };

    // The columns of all aggregations whose meter has data.
    private IEnumerable<string> Columns()
    {
        foreach (var (index, aggregation) in _query.Aggregations.Index())
        {
            if (!_from.ContainsKey(aggregation.Meter.Id))
                continue;
            yield return FormattableString.Invariant($"n{index}");
            for (var number = 0; number < (_values[index]?.Aggregates.Count ?? 0); number++)
                yield return FormattableString.Invariant($"v{index}_{number}");
        }
    }

    private ExplorerGroupRow Row(DuckDBDataReader row)
    {
        var keys = _query.Groups.Select((group, index) => Key(row, group, index)).ToArray();
        var at = keys.Length;
        var values = new decimal?[_query.Aggregations.Count];
        foreach (var (index, aggregation) in _query.Aggregations.Index())
        {
            if (!_from.ContainsKey(aggregation.Meter.Id))
                continue;
            var count = row.IsDBNull(at) ? (long?)null : row.GetInt64(at);
            at++;
            if (count > 0)
                values[index] = _values[index]!.Read(row, at);
            else if (count == 0 && aggregation.Method is AggregationMethod.Count or AggregationMethod.Unique)
                values[index] = 0;
            at += _values[index]?.Aggregates.Count ?? 0;
        }
        return new ExplorerGroupRow(keys, values);
    }

    private ExplorerValue Key(DuckDBDataReader row, ExplorerGroup group, int index) =>
        group is ExplorerGroup.ByTime
            ? new ExplorerValue(null, Time: _time!.Start(row.GetInt64(index)))
            : new ExplorerValue(row.TextOrNull(index));
}
