using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Reads both sides of the conservation check, tallies and stored rows, within one transaction.</summary>
internal static class ConservationRows
{
    // With thousands of tables in one statement, planning would take as long as running it.
    private const int TablesAtOnce = 50;

    /// <summary>The tallies of an organization and the log position up to which they count.</summary>
    public static LoadedDays ReadTallies(DuckDBConnection connection, string organizationId)
    {
        using var position = connection.Command("SELECT position FROM state");
        using var tallies = connection.Command(
            """
            SELECT t.code, m.id, t.day, sum(accepted)::BIGINT, sum(stored)::BIGINT, sum(duplicate)::BIGINT,
                sum(failed)::BIGINT, sum(voided)::BIGINT, sum(erased)::BIGINT
            FROM tallies t LEFT JOIN meters m ON m.key = t.meter
            WHERE t.organization IN (SELECT key FROM organizations WHERE id = $1)
            GROUP BY t.code, m.id, t.day ORDER BY t.day, t.code, m.id
            """,
            organizationId);
        return new LoadedDays(
            position.Read(row => new LogPosition(row.GetInt64(0)))[0],
            tallies.Read(row => new MeterDay(
                organizationId, row.GetString(0), row.TextOrNull(1), Nanoseconds.ToDate(row.GetInt32(2)),
                new LoadTally(
                    row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7),
                    row.GetInt64(8)))));
    }

    /// <summary>Counts the stored and voided rows of an organization, by meter and day.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="receivedSince">Only rows received at or after this nanosecond count.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static List<StoredRows> Count(
        DuckDBConnection connection, string organizationId, long receivedSince, CancellationToken cancellationToken)
    {
        using var meters = connection.Command(
            "SELECT m.key, m.id, o.key FROM meters m JOIN organizations o ON o.key = m.organization WHERE o.id = $1",
            organizationId);
        var found = meters.Read(row => (Key: row.GetInt32(0), Id: row.GetString(1), Organization: row.GetInt32(2)));
        if (found.Count == 0)
            return [];
        var ids = found.ToDictionary(meter => meter.Key, meter => meter.Id);
        List<string> tables =
        [
            $"""
            SELECT meter, received_at FROM {SharedTable.Name} s
            SEMI JOIN (SELECT key FROM meters WHERE organization = {found[0].Organization}) m ON m.key = s.meter
            """,
        ];
        using var own = connection.Command("SELECT meter FROM own_tables");
        tables.AddRange(own.Read(row => row.GetInt32(0)).Where(ids.ContainsKey).Select(
            meter => $"SELECT {meter} AS meter, received_at FROM {KeyMaps.Table(meter)}"));
        tables.AddRange(UsageParts.ReadAll(connection).Where(part => ids.ContainsKey(part.Meter)).Select(
            part => $"SELECT {part.Meter} AS meter, received_at FROM {part.Table}"));
        var counts = new Dictionary<(int Meter, int Day), (long Stored, long Voided)>();
        foreach (var some in tables.Chunk(TablesAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (key, count) in Count(connection, string.Join(" UNION ALL ", some), receivedSince))
                counts[key] = (counts.GetValueOrDefault(key).Stored + count, 0);
        }
        foreach (var (key, count) in Count(connection, "SELECT meter, received_at FROM voided", receivedSince)
            .Where(count => ids.ContainsKey(count.Key.Meter)))
            counts[key] = counts.GetValueOrDefault(key) with { Voided = count };
        return [.. counts.OrderBy(count => count.Key)
            .Select(count => new StoredRows(
                ids[count.Key.Meter], Nanoseconds.ToDate(count.Key.Day), count.Value.Stored, count.Value.Voided))];
    }

    private static List<((int Meter, int Day) Key, long Count)> Count(
        DuckDBConnection connection, string rows, long receivedSince)
    {
        using var command = connection.Command(FormattableString.Invariant(
            $"""
            SELECT meter, (received_at // 86400000000000)::INTEGER AS day, count(*)
            FROM ({rows}) WHERE received_at >= {receivedSince} GROUP BY meter, day
            """));
        return command.Read(row => ((row.GetInt32(0), row.GetInt32(1)), row.GetInt64(2)));
    }
}
