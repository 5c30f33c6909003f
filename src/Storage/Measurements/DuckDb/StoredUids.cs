using System.Text;
using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Passes the uids of an organization's stored and voided rows to a visitor.</summary>
internal sealed class StoredUids(string organizationId, UidVisitor visit)
{
    private readonly byte[] _organization = Encoding.UTF8.GetBytes(organizationId);

    /// <summary>Passes the uids of all rows received at or after an instant to the visitor.</summary>
    public static bool Visit(
        DuckDBConnection connection, KeyMaps keys, Instant receivedSince, UidVisitor visit,
        CancellationToken cancellationToken)
    {
        var organizations = keys.Organizations.ToDictionary(pair => pair.Value, pair => pair.Key);
        var since = Nanoseconds.OfBound(receivedSince);
        VisitMany(
            connection, organizations, SharedTable.Name, keys.FindColumn(SharedTable.Key, "0", ColumnKind.Uid), since,
            visit, cancellationToken);
        VisitMany(connection, organizations, "voided", "uid", since, visit, cancellationToken);
        var sorted = UsageParts.ReadAll(connection).Select(part => part.Meter).ToHashSet();
        foreach (var ((organization, _), meter) in keys.Meters)
        {
            if (!keys.Own.ContainsKey(meter) && !sorted.Contains(meter))
                continue;
            var visitor = new StoredUids(organizations[organization], visit);
            var source = keys.SourceOf(meter) with { Shared = null };
            ChunkReader.Read(
                connection,
                FormattableString.Invariant(
                    $"""
                    SELECT uuid, {keys.FindUids(meter) ?? "NULL::VARCHAR"}, sequence
                    FROM {UsageParts.Relation(connection, source)} WHERE received_at >= {since}
                    """),
                visitor.Visit,
                cancellationToken);
        }
        return true;
    }

    /// <summary>Erased measurements received at or after an instant, in the order of their positions.</summary>
    public static List<ErasedMeasurement> ReadErased(
        DuckDBConnection connection, Instant receivedSince, LogPosition? after, int limit)
    {
        using var command = connection.Command(FormattableString.Invariant(
            $"""
            SELECT o.id, e.sequence FROM erased e JOIN organizations o ON o.key = e.organization
            WHERE e.received_at >= {Nanoseconds.OfBound(receivedSince)} AND e.sequence > {after?.Value ?? -1}
            ORDER BY e.sequence LIMIT {limit}
            """));
        return command.Read(row => new ErasedMeasurement(row.GetString(0), new LogPosition(row.GetInt64(1))));
    }

    // Visits the rows of a table with rows of many meters.
    private static void VisitMany(
        DuckDBConnection connection, Dictionary<int, string> organizations, string table, string? uids,
        long receivedSince, UidVisitor visit, CancellationToken cancellationToken)
    {
        var visitors = organizations.ToDictionary(
            organization => organization.Key, organization => new StoredUids(organization.Value, visit));
        ChunkReader.Read(
            connection,
            FormattableString.Invariant(
                $"""
                SELECT uuid, {uids ?? "NULL::VARCHAR"}, sequence, m.organization
                FROM {table} s JOIN meters m ON m.key = s.meter WHERE received_at >= {receivedSince}
                """),
            chunk =>
            {
                var owners = chunk.Values<int>(3);
                for (var row = 0; row < chunk.Rows; row++)
                    visitors[owners[row]].Visit(chunk, row);
            },
            cancellationToken);
    }

    // The columns are uuid, uid and sequence.
    private void Visit(Chunk chunk)
    {
        for (var row = 0; row < chunk.Rows; row++)
            Visit(chunk, row);
    }

    private void Visit(Chunk chunk, int row)
    {
        var isUuid = chunk.Presence(0);
        var position = new LogPosition(chunk.Values<long>(2)[row]);
        if (isUuid.Length == 0 || (isUuid[row >> 6] & (1UL << (row & 63))) != 0)
        {
            Span<byte> text = stackalloc byte[UuidText.Length];
            UuidText.Write(chunk.Values<UInt128>(0)[row], text);
            visit(_organization, text, position);
        }
        else
            visit(_organization, chunk.Text(1, row), position);
    }
}
