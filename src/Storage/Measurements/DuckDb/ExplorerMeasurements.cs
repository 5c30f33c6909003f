using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Usage;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Reads individual measurements: one statement per large meter, and one for all small meters with equal columns. Each
/// reads at most as many rows as the answer may have.
/// </summary>
internal sealed class ExplorerMeasurements
{
    // Placeholder in a statement for the keys of the meters that it reads.
    private const string Meters = "{meters}";

    // Placeholder for the position after which measurements are read.
    private const string Oldest = "{oldest}";
    private const string Newer = "m.sequence > " + Oldest;

    // Maximum meters in one statement.
    private const int MetersAtOnce = 4096;

    private readonly DuckDBConnection _connection;
    private readonly UsageExploration _query;
    private readonly KeyMaps _keys;
    private readonly CancellationToken _cancelled;
    private IReadOnlyList<ExplorerMeasurement> _latest = [];
    private bool _hasMore;

    private ExplorerMeasurements(
        DuckDBConnection connection, UsageExploration query, KeyMaps keys, CancellationToken cancellationToken) =>
        (_connection, _query, _keys, _cancelled) = (connection, query, keys, cancellationToken);

    public static ExplorerRows Read(
        DuckDBConnection connection, UsageExploration query, KeyMaps keys, CancellationToken cancellationToken)
    {
        var reading = new ExplorerMeasurements(connection, query, keys, cancellationToken);
        if (ExplorerSource.Find(connection, query, keys) is { } source)
            reading.Read(source);
        return new ExplorerRows(reading._latest, [], reading._hasMore);
    }

    private void Read(ExplorerSource source)
    {
        var large = UsageParts.ReadAll(_connection).Select(part => part.Meter).ToHashSet();
        using (var own = _connection.Command("SELECT meter FROM own_tables"))
            large.UnionWith(own.Read(row => row.GetInt32(0)));
        var filtered = _query.Filters.Select(filter => filter.MeterId).ToHashSet(StringComparer.Ordinal);
        var known = _query.Meters.Select(meter => (Key: source.FindKey(meter), Meter: meter))
            .Where(meter => meter.Key is not null)
            .ToLookup(meter => _query.Scopes is not null || large.Contains(meter.Key!.Value)
                || filtered.Contains(meter.Meter.Id));
        foreach (var (key, meter) in known[true])
            ReadOne(meter, key!.Value);
        foreach (var alike in known[false]
            .Where(meter => _keys.SharedRows.GetValueOrDefault(meter.Key!.Value) > 0)
            .GroupBy(meter => Statement(source, meter.Meter, "r.meter", source.FromShared(meter.Meter, Meters, Newer))))
        {
            foreach (var some in alike.Chunk(MetersAtOnce))
                ReadShared(source, alike.Key, some.ToDictionary(meter => meter.Key!.Value, meter => meter.Meter));
        }
    }

    private void ReadOne(Meter meter, int key)
    {
        // Each meter needs its own source, because a statement must use all of its parameters.
        if (ExplorerSource.Find(_connection, _query, _keys) is { } source
            && source.From(meter, Newer) is { } from)
        {
            var text = Statement(source, meter, FormattableString.Invariant($"{key}"), from);
            Add(source, text, new Dictionary<int, Meter> { [key] = meter });
        }
    }

    private void ReadShared(ExplorerSource source, string text, Dictionary<int, Meter> meters) => Add(
        source,
        text.Replace(
            Meters, string.Join(", ", meters.Keys.Select(key => key.ToString(CultureInfo.InvariantCulture))),
            StringComparison.Ordinal),
        meters);

    private void Add(ExplorerSource source, string text, Dictionary<int, Meter> meters)
    {
        _cancelled.ThrowIfCancellationRequested();
        // Rows older than those that are certain to be in the answer need not be read.
        var oldest = _hasMore ? _latest[^1].Position.Value : -1;
        using var command = source.Command(text.Replace(
            Oldest, oldest.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var (found, hasMore) = _query.Cut(command.Stream(row => Measurement(row, meters[row.GetInt32(0)])));
        // Older rows that were not read here are older than all that the answer has room for.
        (_latest, var isCut) = _query.Cut(_latest.Concat(found).OrderByDescending(one => one.Position.Value));
        _hasMore |= hasMore || isCut;
    }

    private string Statement(ExplorerSource source, Meter meter, string key, string from)
    {
        var fields = Fields(meter).Select(field => source.Columns(meter, field.Code) switch
        {
            [] => "NULL::VARCHAR",
            [var only] => $"r.{only.Name}::VARCHAR",
            // A number is stored in exactly one of the columns.
            var tiers => $"coalesce({string.Join(", ", tiers.Select(column => $"r.{column.Name}::VARCHAR"))})",
        });
        return FormattableString.Invariant(
            $"""
            SELECT {key}, r.sequence, coalesce(r.uuid::VARCHAR, {source.Uids(meter)}), a.id, r.ts, {source.Ets(meter)},
                r.received_at, {string.Join(", ", fields)}
            FROM (SELECT m.* {from} ORDER BY m.sequence DESC LIMIT {_query.Limit + 1}) r
            JOIN accounts a ON a.key = r.account
            ORDER BY r.sequence DESC
            """);
    }

    private static ExplorerMeasurement Measurement(DuckDBDataReader row, Meter meter) => new(
        meter,
        new LogPosition(row.GetInt64(1)),
        row.GetString(2),
        row.GetString(3),
        Nanoseconds.ToInstant(row.GetInt64(4)),
        row.IsDBNull(5) ? null : Nanoseconds.ToInstant(row.GetInt64(5)),
        Nanoseconds.ToInstant(row.GetInt64(6)),
        [.. Fields(meter).Select((field, index) => Value(row.TextOrNull(7 + index), field))]);

    private static ExplorerValue Value(string? text, DataField field) => text is not null && field.Category.IsNumeric()
        ? new ExplorerValue(null, ExactTotal.Parse(text).ToDecimal())
        : new ExplorerValue(text);

    private static IEnumerable<DataField> Fields(Meter meter) => meter.DataFields.Concat(meter.DerivedFields);
}
