namespace Tallystick.Metering.Uploads;

/// <summary>
/// Reads a file through a window that holds at most one row, so that memory does not depend on the size of the file or
/// of a row.
/// </summary>
/// <param name="stream">The file.</param>
internal sealed class RowWindow(Stream stream) : IDisposable
{
    /// <summary>Maximum size of a row in bytes: as much as a request could contain.</summary>
    public const int MaxRow = 512_000;

    /// <summary>How much of a row that is too long is kept, in bytes.</summary>
    public const int KeptOfLongRow = 1_000;

    // Bounds the time that one search for a row takes.
    private const int MaxSearch = 32 * 1024 * 1024;

    private const int InitialBytes = 256 * 1024;
    private const int NoRow = -1;

    private readonly byte[] _head = new byte[KeptOfLongRow];
    private byte[] _buffer = new byte[InitialBytes];
    private long _start; // offset in the file of the first byte in the buffer
    private int _row = NoRow;
    private int _rowEnd;
    private int _at;
    private int _end;
    private bool _isEnded;
    private long _searchFrom;

    /// <summary>Offset of the next byte in the file.</summary>
    public long Offset => _start + _at;

    /// <summary>The line of the next byte, starting at 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The line on which the row begins.</summary>
    public long RowLine { get; private set; }

    /// <summary>Whether the row has more than <see cref="MaxRow"/> bytes.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The row, or the start of a row that is too long; valid until more is read.</summary>
    public ReadOnlySpan<byte> Row => IsTooLong ? _head : _buffer.AsSpan(_row, _rowEnd - _row);

    /// <summary>The next bytes; empty at the end of the file.</summary>
    public ReadOnlySpan<byte> Ahead()
    {
        if (_at == _end && !_isEnded)
            Fill();
        return _buffer.AsSpan(_at, _end - _at);
    }

    /// <summary>Moves past bytes of <see cref="Ahead"/>.</summary>
    public void Advance(int count)
    {
        Line += _buffer.AsSpan(_at, count).Count((byte)'\n');
        _at += count;
    }

    /// <summary>Moves past a byte order mark at the start of the file.</summary>
    public void SkipMark()
    {
        while (_end - _at < 3 && !_isEnded)
            Fill();
        if (_buffer.AsSpan(_at, _end - _at).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            _at += 3;
    }

    /// <summary>Moves forward to a place that was reached before.</summary>
    /// <exception cref="UploadFault">The file ends before it.</exception>
    public void SkipTo(long offset, long line)
    {
        Release();
        while (Offset < offset)
        {
            _searchFrom = Offset;
            var ahead = Ahead().Length;
            if (ahead == 0)
                throw new UploadFault("The file is shorter than it was");
            _at += (int)Math.Min(ahead, offset - Offset);
        }
        Line = line;
        _searchFrom = Offset;
    }

    /// <summary>Begins to search for a row, which ends with the next row or with the file.</summary>
    public void BeginSearch()
    {
        _searchFrom = Offset;
        Release();
    }

    /// <summary>Begins a row at the next byte.</summary>
    public void BeginRow()
    {
        _row = _at;
        IsTooLong = false;
        RowLine = Line;
    }

    /// <summary>Ends the row before the next byte.</summary>
    public void EndRow()
    {
        _rowEnd = _at;
        DropLongRow();
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private void Fill()
    {
        if (Offset - _searchFrom > MaxSearch)
            throw new UploadFault(FormattableString.Invariant(
                $"Line {Line} is more than {MaxSearch} bytes after the last row, or in a row of more than that"));
        DropLongRow();
        var kept = _row == NoRow ? _at : _row;
        if (kept > 0)
        {
            _buffer.AsSpan(kept, _end - kept).CopyTo(_buffer);
            _start += kept;
            _at -= kept;
            _end -= kept;
            _rowEnd -= kept;
            _row = _row == NoRow ? NoRow : 0;
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        var read = stream.Read(_buffer.AsSpan(_end));
        _isEnded = read == 0;
        _end += read;
    }

    // The bytes of the row need not be kept.
    private void Release() => _row = NoRow;

    private void DropLongRow()
    {
        if (_row == NoRow || _at - _row <= MaxRow)
            return;
        _buffer.AsSpan(_row, KeptOfLongRow).CopyTo(_head);
        IsTooLong = true;
        Release();
    }
}
