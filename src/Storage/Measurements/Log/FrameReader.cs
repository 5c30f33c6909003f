using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>What was found at the offset of a frame.</summary>
internal enum FrameState
{
    /// <summary>An intact frame.</summary>
    Whole,

    /// <summary>The file ends within the header.</summary>
    HeaderCut,

    /// <summary>Bytes that are not a valid header for this position.</summary>
    HeaderInvalid,

    /// <summary>A valid header whose frame extends beyond the end of the file.</summary>
    PayloadCut,

    /// <summary>A valid header whose payload does not match its hash.</summary>
    PayloadInvalid,
}

/// <summary>
/// Reads the frames of one file in sequence. Uses a pooled buffer, because the log is read many times a second.
/// </summary>
internal sealed class FrameReader(LogFile file, SafeFileHandle handle) : IDisposable
{
    // Usually there is only one reader. The shared pool would keep several megabytes for each thread that ever read.
    private static readonly ArrayPool<byte> Buffers =
        ArrayPool<byte>.Create(maxArrayLength: 16 * 1024 * 1024, maxArraysPerBucket: 1);

    private byte[] _buffer = Buffers.Rent(LogFrame.HeaderBytes);
    private int _length;

    /// <summary>The frame last read; set once its header is valid.</summary>
    public LogFrame Frame { get; private set; }

    /// <summary>All bytes last read, starting with the header; valid until the next read or disposal.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>
    /// The records of the frame last read, each prefixed with its length; valid until the next read or disposal.
    /// </summary>
    public ReadOnlyMemory<byte> Payload => _buffer.AsMemory(LogFrame.HeaderBytes, Frame.PayloadLength);

    public static FrameReader Open(LogFile file) => new(file, file.OpenToRead());

    /// <summary>Reads the frame at an offset. The file counts as ending at <paramref name="end"/>.</summary>
    public FrameState Read(long offset, long end)
    {
        var state = ReadHeader(offset, end);
        if (state != FrameState.Whole)
            return state;
        var length = (int)Frame.Length;
        if (_buffer.Length < length)
            Grow(length);
        if (!TryReadAll(LogFrame.HeaderBytes, length, offset))
            return FrameState.PayloadCut;
        return Frame.Holds(Bytes) ? FrameState.Whole : FrameState.PayloadInvalid;
    }

    /// <summary>
    /// Reads only the header of the frame at an offset, and checks that the rest fits before the end.
    /// </summary>
    public FrameState ReadHeader(long offset, long end)
    {
        _length = 0;
        if (offset + LogFrame.HeaderBytes > end || !TryReadAll(0, LogFrame.HeaderBytes, offset))
            return FrameState.HeaderCut;
        if (!LogFrame.TryReadHeader(Bytes, file.Start + offset, out var frame))
            return FrameState.HeaderInvalid;
        Frame = frame;
        return offset + frame.Length > end ? FrameState.PayloadCut : FrameState.Whole;
    }

    /// <summary>True if a range of the file contains only zeros.</summary>
    public bool IsZero(long from, long to)
    {
        var bytes = new byte[to - from];
        return LogFiles.ReadAll(handle, bytes, from) == bytes.Length && !bytes.AsSpan().ContainsAnyExcept((byte)0);
    }

    /// <summary>The exception for a frame that is not intact.</summary>
    public StoreUnavailableException Fault(long offset) => new(LogFrame.IsOfFormerFormat(Bytes)
        ? $"The measurement log file {file.Path} was written by an earlier version, whose format this version cannot "
            + "read. Move it away to start with an empty log."
        : $"The measurement log is damaged: {file.Path} has no valid record at byte {offset}. Restore the file from a "
            + "backup. Nothing after this point was read or changed.");

    /// <inheritdoc/>
    public void Dispose()
    {
        handle.Dispose();
        Buffers.Return(_buffer);
        _buffer = [];
    }

    private void Grow(int length)
    {
        var grown = Buffers.Rent(length);
        Bytes.CopyTo(grown);
        Buffers.Return(_buffer);
        _buffer = grown;
    }

    private bool TryReadAll(int from, int to, long offset)
    {
        _length = to;
        return LogFiles.ReadAll(handle, _buffer.AsSpan(from, to - from), offset + from) == to - from;
    }
}
