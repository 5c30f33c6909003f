using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Usage;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Reads the measurements themselves: one statement per meter, of which only as many rows are kept as may be answered.
/// </summary>
internal static class ExplorerMeasurements
{
    public static ExplorerRows Read(
        DuckDBConnection connection, UsageExploration query, KeyMaps keys, CancellationToken cancellationToken)
    {
        List<ExplorerMeasurement> latest = [];
        foreach (var meter in query.Meters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Nothing older than what is certain to be answered needs to be read.
            var oldest = latest.Count > query.Limit ? latest[^1].Position.Value : -1;
            // A source of its own for each meter: a statement takes no parameters that it does not name.
            if (ExplorerSource.Find(connection, query, keys) is not { } source
                || source.From(meter, FormattableString.Invariant($"m.sequence > {oldest}")) is not { } from)
                continue;
            using var command = source.Command(Statement(source, meter, from, query.Limit + 1));
            var found = command.Read(row => Measurement(row, meter));
            latest = [.. latest.Concat(found).OrderByDescending(one => one.Position.Value).Take(query.Limit + 1)];
        }
        return new ExplorerRows([.. latest.Take(query.Limit)], [], latest.Count > query.Limit);
    }

    private static string Statement(ExplorerSource source, Meter meter, string from, int limit)
    {
        var fields = Fields(meter).Select(field => source.Columns(meter, field.Code) switch
        {
            [] => "NULL::VARCHAR",
            [var only] => $"r.{only.Name}::VARCHAR",
            // A number stands in one of its columns.
            var tiers => $"coalesce({string.Join(", ", tiers.Select(column => $"r.{column.Name}::VARCHAR"))})",
        });
        return FormattableString.Invariant(
            $"""
            SELECT r.sequence, coalesce(r.uuid::VARCHAR, {source.Uids(meter)}), a.id, r.ts, {source.Ets(meter)},
                r.received_at, {string.Join(", ", fields)}
            FROM (SELECT m.* {from} ORDER BY m.sequence DESC LIMIT {limit}) r
            JOIN accounts a ON a.key = r.account
            """);
    }

    private static ExplorerMeasurement Measurement(DuckDBDataReader row, Meter meter) => new(
        meter,
        new LogPosition(row.GetInt64(0)),
        row.GetString(1),
        row.GetString(2),
        Nanoseconds.ToInstant(row.GetInt64(3)),
        row.IsDBNull(4) ? null : Nanoseconds.ToInstant(row.GetInt64(4)),
        Nanoseconds.ToInstant(row.GetInt64(5)),
        [.. Fields(meter).Select((field, index) => Value(row.TextOrNull(6 + index), field))]);

    private static ExplorerValue Value(string? text, DataField field) => text is not null && field.Category.IsNumeric()
        ? new ExplorerValue(null, ExactTotal.Parse(text).ToDecimal())
        : new ExplorerValue(text);

    private static IEnumerable<DataField> Fields(Meter meter) => meter.DataFields.Concat(meter.DerivedFields);
}
