namespace Tallystick.Metering.Measurements.Batches;

/// <summary>
/// Looks up measurements in a log whose positions are byte offsets. To compare a uid, it reads only the beginning of a
/// row instead of the whole batch.
/// </summary>
/// <param name="read">Reads bytes of the log.</param>
public sealed class BatchLookup(ReadLogBytes read) : IMeasurementLookup
{
    // Enough for the uid of any row (at most 150 bytes) and the values after it, up to the content hash.
    private const int RowHeadBytes = 192;

    // If a whole submission is repeated, its rows are looked up in order and are adjacent, so read several at once.
    private const int BlockBytes = 1024;

    // Enough for the head of any batch, unless the id of the organization is unusually long.
    private const int BatchHeadBytes = 128;

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _batchHead = new byte[BatchHeadBytes];
    private readonly BatchReader _batch = new();
    private readonly BatchReader _head = new();
    private LogPosition _blockAt;
    private int _blockLength;
    private LogPosition _batchAt;
    private LogPosition _headAt;

    /// <inheritdoc/>
    public ValueTask<LoggedRow?> FindAsync(
        LogPosition position, ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid) =>
        ValueTask.FromResult(Find(position, organizationId, uid));

    /// <inheritdoc/>
    public ValueTask<Measurement?> ReadAsync(LogPosition position) => ValueTask.FromResult(Read(position));

    private LoggedRow? Find(LogPosition position, ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid)
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

    private Measurement? Read(LogPosition position)
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

    // Returns fewer than RowHeadBytes only at the end of the log or of one of its files.
    private ReadOnlySpan<byte> RowHead(LogPosition position)
    {
        var offset = position.Value - _blockAt.Value;
        if (offset < 0 || offset + RowHeadBytes > _blockLength)
        {
            (_blockAt, _blockLength) = (position, read(position, _block));
            offset = 0;
        }
        return _block.AsSpan((int)offset, Math.Min(RowHeadBytes, _blockLength - (int)offset));
    }

    private bool OpenHead(LogPosition batchAt)
    {
        if (_headAt == batchAt && batchAt.Value > 0)
            return true;
        var length = read(batchAt, _batchHead);
        if (length == 0)
            return false;
        _head.OpenHead(_batchHead.AsMemory(0, length));
        _headAt = batchAt;
        return true;
    }

    private bool OpenBatch(LogPosition batchAt)
    {
        if (_batchAt == batchAt && batchAt.Value > 0)
            return true;
        if (read(batchAt, _batchHead) == 0)
            return false;
        var bytes = new byte[BatchReader.LengthOf(_batchHead)];
        if (read(batchAt, bytes) < bytes.Length)
            return false;
        _batch.Open(bytes);
        _batchAt = batchAt;
        return true;
    }
}

/// <summary>
/// Copies bytes of a log, starting at a position, until the buffer is full or the contiguous part of the log ends.
/// Copies nothing if the position is not in the log.
/// </summary>
/// <returns>The number of bytes copied.</returns>
public delegate int ReadLogBytes(LogPosition from, Span<byte> buffer);
