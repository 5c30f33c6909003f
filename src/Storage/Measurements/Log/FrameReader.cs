using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>What is found where a frame should be.</summary>
internal enum FrameState
{
    /// <summary>A frame as it was written.</summary>
    Whole,

    /// <summary>The bytes end within the header.</summary>
    HeaderCut,

    /// <summary>Something that is not a header of this place.</summary>
    HeaderInvalid,

    /// <summary>A header of a frame longer than the bytes.</summary>
    PayloadCut,

    /// <summary>A header with a payload that is not its own.</summary>
    PayloadInvalid,
}

/// <summary>
/// Reads the frames of one file one after the other, into memory that is lent: the log is read many times a second.
/// </summary>
internal sealed class FrameReader(LogFile file, SafeFileHandle handle) : IDisposable
{
    // Mostly there is one reader. The shared pool would keep some megabytes for each thread on which one was at work.
    private static readonly ArrayPool<byte> Buffers =
        ArrayPool<byte>.Create(maxArrayLength: 16 * 1024 * 1024, maxArraysPerBucket: 1);

    private byte[] _buffer = Buffers.Rent(LogFrame.HeaderBytes);
    private int _length;

    /// <summary>The frame last read, as far as its header is valid.</summary>
    public LogFrame Frame { get; private set; }

    /// <summary>All bytes last read, the header's first; valid until the next read or the end.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>
    /// The records of the frame last read, each behind its length; valid until the next read or the end.
    /// </summary>
    public ReadOnlyMemory<byte> Payload => _buffer.AsMemory(LogFrame.HeaderBytes, Frame.PayloadLength);

    public static FrameReader Open(LogFile file) => new(file, file.OpenToRead());

    /// <summary>Reads the frame at an offset of the file, whose bytes end at another.</summary>
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

    /// <summary>Reads only the header of the frame at an offset, and looks if there is room for the rest.</summary>
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

    /// <summary>True when only zeros stand in a stretch of the file.</summary>
    public bool IsZero(long from, long to)
    {
        var bytes = new byte[to - from];
        return LogFiles.ReadAll(handle, bytes, from) == bytes.Length && !bytes.AsSpan().ContainsAnyExcept((byte)0);
    }

    /// <summary>What to tell of a frame that was found not to be whole.</summary>
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
