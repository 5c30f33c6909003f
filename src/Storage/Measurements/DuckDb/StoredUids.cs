using System.Text;
using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Shows the uids of an organization's rows.</summary>
internal sealed class StoredUids(string organizationId, UidVisitor visit)
{
    private readonly byte[] _organization = Encoding.UTF8.GetBytes(organizationId);

    /// <summary>Shows the uids of the table that small meters share.</summary>
    public static void VisitShared(
        DuckDBConnection connection, KeyMaps keys, Dictionary<int, string> organizations, long receivedSince,
        UidVisitor visit, CancellationToken cancellationToken)
    {
        var visitors = organizations.ToDictionary(
            organization => organization.Key, organization => new StoredUids(organization.Value, visit));
        var uids = keys.FindColumn(SharedTable.Key, "0", ColumnKind.Uid);
        ChunkReader.Read(
            connection,
            FormattableString.Invariant(
                $"""
                SELECT uuid, {uids ?? "NULL::VARCHAR"}, sequence, m.organization
                FROM {SharedTable.Name} s JOIN meters m ON m.key = s.meter WHERE received_at >= {receivedSince}
                """),
            chunk =>
            {
                var owners = chunk.Values<int>(3);
                for (var row = 0; row < chunk.Rows; row++)
                    visitors[owners[row]].Visit(chunk, row);
            },
            cancellationToken);
    }

    /// <summary>Takes rows of uuid, uid and sequence.</summary>
    public void Visit(Chunk chunk)
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
