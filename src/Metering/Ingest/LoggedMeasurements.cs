using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>Looks measurements up in the log by the position of their row.</summary>
internal sealed class LoggedMeasurements(IMeasurementLog log)
{
    // Holds the uid of any row (at most 150 bytes) and what stands behind it up to the hash of the content.
    private const int RowHeadBytes = 192;

    // Holds the head of any batch but one of an organization with an unheard-of id.
    private const int BatchHeadBytes = 128;

    private readonly byte[] _rowHead = new byte[RowHeadBytes];
    private readonly byte[] _batchHead = new byte[BatchHeadBytes];
    private readonly BatchReader _batch = new();
    private readonly BatchReader _head = new();
    private LogPosition _batchAt;
    private LogPosition _headAt;

    /// <summary>The row at a position if it has the uid; else null.</summary>
    public LoggedRow? Find(LogPosition position, ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid)
    {
        var read = log.Read(position, _rowHead);
        if (read == 0)
            return null;
        var head = _rowHead.AsSpan(0, read);
        var offset = 0;
        var length = ByteReading.Varint(head, ref offset);
        if (length != (ulong)uid.Length || read - offset < uid.Length
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
        var read = log.Read(position, _rowHead);
        if (read == 0)
            return null;
        var offset = 0;
        ByteReading.Text(_rowHead, ref offset);
        var distance = ByteReading.Count(_rowHead, ref offset);
        if (!OpenBatch(new LogPosition(position.Value - distance)))
            return null;
        return BatchDecoder.Decode(_batch, _batch.ReadRow(distance), out _);
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
