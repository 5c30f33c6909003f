using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>Looks measurements up in the log by the position of their row.</summary>
internal sealed class LoggedMeasurements(IMeasurementLog log)
{
    // Holds the uid of any row (at most 150 bytes) and what stands behind it up to the hash of the content.
    private const int RowHeadBytes = 192;

    // Rows that are looked up in order stand next to each other where a whole submission is repeated.
    private const int BlockBytes = 1024;

    // Holds the head of any batch but one of an organization with an unheard-of id.
    private const int BatchHeadBytes = 128;

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _batchHead = new byte[BatchHeadBytes];
    private readonly BatchReader _batch = new();
    private readonly BatchReader _head = new();
    private LogPosition _blockAt;
    private int _blockLength;
    private LogPosition _batchAt;
    private LogPosition _headAt;

    /// <summary>The row at a position if it has the uid; else null.</summary>
    public LoggedRow? Find(LogPosition position, ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid)
    {
        var head = RowHead(position);
        if (head.IsEmpty)
            return null;
        var offset = 0;
        var length = ByteReading.Varint(head, ref offset);
        if (length != (ulong)uid.Length || head.Length - offset < uid.Length
            || !head.Slice(offset, uid.Length).SequenceEqual(uid))
            return null;
        offset += uid.Length;
        var batchAt = new LogPosition(position.Value - ByteReading.Count(head, ref offset));
        var content = ByteReading.Int32(head, ref offset);
        if (!OpenHead(batchAt) || !_head.OrganizationId.SequenceEqual(organizationId))
            return null;
        return new LoggedRow(position, _head.ReceivedAt, content);
    }

    /// <summary>The measurement at a position; null when the log no longer keeps it.</summary>
    public Measurement? Read(LogPosition position)
    {
        var head = RowHead(position);
        if (head.IsEmpty)
            return null;
        var offset = 0;
        ByteReading.Text(head, ref offset);
        var distance = ByteReading.Count(head, ref offset);
        if (!OpenBatch(new LogPosition(position.Value - distance)))
            return null;
        return BatchDecoder.Decode(_batch, _batch.ReadRow(distance), out _);
    }

    // Fewer bytes than that only where the log or one of its files ends.
    private ReadOnlySpan<byte> RowHead(LogPosition position)
    {
        var offset = position.Value - _blockAt.Value;
        if (offset < 0 || offset + RowHeadBytes > _blockLength)
        {
            (_blockAt, _blockLength) = (position, log.Read(position, _block));
            offset = 0;
        }
        return _block.AsSpan((int)offset, Math.Min(RowHeadBytes, _blockLength - (int)offset));
    }

    private bool OpenHead(LogPosition batchAt)
    {
        if (_headAt == batchAt && batchAt.Value > 0)
            return true;
        var read = log.Read(batchAt, _batchHead);
        if (read == 0)
            return false;
        _head.OpenHead(_batchHead.AsMemory(0, read));
        _headAt = batchAt;
        return true;
    }

    private bool OpenBatch(LogPosition batchAt)
    {
        if (_batchAt == batchAt && batchAt.Value > 0)
            return true;
        if (log.Read(batchAt, _batchHead) == 0)
            return false;
        var bytes = new byte[BatchReader.LengthOf(_batchHead)];
        if (log.Read(batchAt, bytes) < bytes.Length)
            return false;
        _batch.Open(bytes);
        _batchAt = batchAt;
        return true;
    }
}

/// <summary>Where a uid was used before.</summary>
/// <param name="Position">Position of the row.</param>
/// <param name="ReceivedAt">When it was received, in nanoseconds since 1970.</param>
/// <param name="ContentHash">Hash of its content.</param>
internal readonly record struct LoggedRow(LogPosition Position, long ReceivedAt, int ContentHash);
