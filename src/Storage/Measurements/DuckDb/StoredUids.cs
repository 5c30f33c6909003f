using System.Text;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Shows the uids of an organization's rows.</summary>
internal sealed class StoredUids(string organizationId, UidVisitor visit)
{
    private readonly byte[] _organization = Encoding.UTF8.GetBytes(organizationId);

    /// <summary>Takes rows of uuid, uid and sequence.</summary>
    public void Visit(Chunk chunk)
    {
        Span<byte> text = stackalloc byte[UuidText.Length];
        var uuids = chunk.Values<UInt128>(0);
        var isUuid = chunk.Presence(0);
        var positions = chunk.Values<long>(2);
        for (var row = 0; row < chunk.Rows; row++)
        {
            var position = new LogPosition(positions[row]);
            if (isUuid.Length == 0 || (isUuid[row >> 6] & (1UL << (row & 63))) != 0)
            {
                UuidText.Write(uuids[row], text);
                visit(_organization, text, position);
            }
            else
                visit(_organization, chunk.Text(1, row), position);
        }
    }
}
