using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Turns a usage query into one statement over the meter's table.</summary>
internal sealed class UsageSql
{
    private readonly List<DuckDBParameter> _parameters = [];

    private UsageSql(UsageQuery query, KeyMaps keys, int meter, IReadOnlyList<WindowKeys> windows, ValueSql values)
    {
        Values = values;
        var relation = Write(windows);
        var segments = query.Segments.Count == 0
            ? null
            : new SegmentSql(
                query, [.. query.SegmentedFields.Select(field => TextOf(keys, meter, field))], _parameters);
        Text =
            $"""
            WITH w AS ({relation})
            SELECT i, segment, {string.Join(", ", values.Aggregates)}
            FROM (
                SELECT w.i, {segments?.Index ?? "-1"} AS segment, m.*
                FROM {KeyMaps.Table(meter)} m
                JOIN w ON m.account = w.account AND m.ts >= w.first AND m.ts < w.behind
                {segments?.Joins}
            )
            WHERE segment IS NOT NULL AND ({values.HasValue})
            GROUP BY i, segment
            ORDER BY i, segment
            """;
    }

    /// <summary>The aggregated columns, and how to read them.</summary>
    public ValueSql Values { get; }

    /// <summary>The statement: window index, segment index, then the columns of <see cref="Values"/>.</summary>
    public string Text { get; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyList<DuckDBParameter> Parameters => _parameters;

    /// <returns>Null when there can be no data.</returns>
    /// <exception cref="ArgumentException">The method does not go with the field.</exception>
    public static UsageSql? Build(UsageQuery query, KeyMaps keys)
    {
        var kinds = ValueSql.Kinds(query);
        if (!keys.Organizations.TryGetValue(query.OrganizationId, out var organization)
            || !keys.Meters.TryGetValue((organization, query.Meter.Id), out var meter))
            return null;
        var columns = kinds.Select(kind => keys.FindColumn(meter, query.Field, kind)).OfType<string>().ToArray();
        var windows = KeysOf(query, keys, organization);
        return columns.Length == 0 || windows.Length == 0
            ? null
            : new UsageSql(query, keys, meter, windows, ValueSql.Build(query.Method, columns));
    }

    private string Write(IReadOnlyList<WindowKeys> windows) =>
        $"""
        SELECT unnest({Add(windows.Select(window => window.Index).ToList())}) AS i,
            unnest({Add(windows.Select(window => window.Account).ToList())}) AS account,
            unnest({Add(windows.Select(window => window.First).ToList())}) AS first,
            unnest({Add(windows.Select(window => window.Behind).ToList())}) AS behind
        """;

    private static WindowKeys[] KeysOf(UsageQuery query, KeyMaps keys, int organization) =>
        [.. query.Windows
            .Select((window, index) => new WindowKeys(
                index,
                keys.Accounts.TryGetValue((organization, window.AccountId), out var account) ? account : -1,
                Nanoseconds.OfBound(window.Window.Start),
                Nanoseconds.OfBound(window.Window.End)))
            .Where(window => window.Account >= 0 && window.First < window.Behind)];

    // A field that no measurement ever carried is absent from all of them.
    private static string TextOf(KeyMaps keys, int meter, string field) =>
        keys.FindColumn(meter, field, ColumnKind.Text) is { } column ? $"coalesce(m.{column}, '')" : "''";

    private string Add(object value)
    {
        _parameters.Add(new DuckDBParameter(value));
        return FormattableString.Invariant($"${_parameters.Count}");
    }

    private readonly record struct WindowKeys(int Index, int Account, long First, long Behind);
}
