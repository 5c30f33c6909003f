using Microsoft.Win32.SafeHandles;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>The end of a log, as found on opening.</summary>
/// <param name="Position">The position after the last record.</param>
/// <param name="Newest">Time at which the newest record was received, in ticks since 1970.</param>
/// <param name="Cut">The incomplete write that was cut off; null if there was none.</param>
internal sealed record LogEnd(long Position, long Newest, IncompleteWrite? Cut);

/// <summary>
/// An incomplete last write that was cut off the end of the log. It was never acknowledged to a client.
/// </summary>
/// <param name="File">Path of the file.</param>
/// <param name="Offset">Its offset in the file.</param>
/// <param name="Bytes">Its length in bytes.</param>
public sealed record IncompleteWrite(string File, long Offset, long Bytes);

/// <summary>
/// Checks the log on opening: earlier files by name and length, the last one frame by frame. Cuts off an incomplete
/// write that a crash left at the end.
/// </summary>
internal static class LogRecovery
{
    /// <summary>Finds the end of a log of at least one file.</summary>
    /// <exception cref="StoreUnavailableException">A file is damaged or missing.</exception>
    public static LogEnd Recover(IReadOnlyList<LogFile> files)
    {
        for (var index = 1; index < files.Count; index++)
            CheckContinuity(files[index - 1], files[index - 1].GapAt ?? files[index].Start);
        var last = files[^1];
        var (length, newest, cut) = Scan(last);
        for (var index = files.Count - 1; newest is null && index > 0; index--)
            newest = NewestOf(files[index - 1], files[index - 1].GapAt ?? files[index].Start);
        return new LogEnd(last.Start + length, newest ?? long.MinValue, cut);
    }

    // A longer file is valid: its bytes after the start of the next file are void.
    private static void CheckContinuity(LogFile file, long next)
    {
        var end = file.Start + new FileInfo(file.Path).Length;
        if (end < next)
        {
            throw new StoreUnavailableException(
                $"The measurement log has a gap: {file.Path} ends at {end}, but the file after it begins at {next}. "
                + "Restore the missing part from a backup.");
        }
    }

    private static (long Length, long? Newest, IncompleteWrite? Cut) Scan(LogFile file)
    {
        using var handle = file.OpenToWrite();
        using var reader = new FrameReader(file, handle);
        var end = RandomAccess.GetLength(handle);
        var (offset, last) = (0L, -1L);
        long? newest = null;
        FrameState state;
        while ((state = reader.Read(offset, end)) == FrameState.Whole)
        {
            newest = reader.Frame.Newest;
            (last, offset) = (offset, offset + reader.Frame.Length);
        }
        var cut = Cut(file, handle, reader, state, offset, end);
        // If a process died before its flush, the last frame may be readable but not durable: write it again.
        if (last >= 0 && reader.Read(last, offset) == FrameState.Whole)
            RandomAccess.Write(handle, reader.Bytes, last);
        Disk.Flush(handle);
        return (offset, newest, cut);
    }

    private static IncompleteWrite? Cut(
        LogFile file, SafeFileHandle handle, FrameReader reader, FrameState state, long offset, long end)
    {
        var written = EndOfWritten(handle, offset, end);
        if (written == offset)
            return null;
        if (!IsTorn(reader, state, offset, written))
            throw reader.Fault(offset);
        RandomAccess.SetLength(handle, offset);
        return new IncompleteWrite(file.Path, offset, written - offset);
    }

    /// <summary>
    /// True if an interrupted write explains the bytes: the file ends within the frame, or sectors of the frame are
    /// still zeros and nothing follows it. Any other bytes were written completely and damaged later.
    /// </summary>
    private static bool IsTorn(FrameReader reader, FrameState state, long offset, long written) => state switch
    {
        FrameState.Whole => false,
        FrameState.HeaderCut or FrameState.PayloadCut => true,
        FrameState.PayloadInvalid =>
            reader.Frame.LacksSectors(reader.Bytes, offset) && written <= offset + reader.Frame.Length,
        FrameState.HeaderInvalid =>
            !reader.Bytes.ContainsAnyExcept((byte)0) && LacksFirstSector(reader, offset, written),
    };

    private static bool LacksFirstSector(FrameReader reader, long offset, long written)
    {
        var next = (offset / LogFrame.SectorBytes + 1) * LogFrame.SectorBytes;
        if (written <= next || !reader.IsZero(offset, next))
            return false;
        for (var at = next; at < written; at += LogFrame.HeaderBytes)
        {
            if (reader.Read(at, written + LogFrame.HeaderBytes) == FrameState.Whole)
                return false;
        }
        return true;
    }

    /// <summary>The offset after the last byte that is not zero.</summary>
    private static long EndOfWritten(SafeFileHandle handle, long from, long end)
    {
        var buffer = new byte[1024 * 1024];
        var written = from;
        for (var offset = from; offset < end; offset += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset));
            part = part[..LogFiles.ReadAll(handle, part, offset)];
            if (part.LastIndexOfAnyExcept((byte)0) is var index and >= 0)
                written = offset + index + 1;
        }
        return written;
    }

    /// <summary>Newest time of receipt in a file whose bytes end at a position; null if it has no frame.</summary>
    private static long? NewestOf(LogFile file, long end)
    {
        using var reader = FrameReader.Open(file);
        long? newest = null;
        for (var offset = 0L; file.Start + offset < end; offset += reader.Frame.Length)
        {
            if (reader.ReadHeader(offset, end - file.Start) != FrameState.Whole)
                throw reader.Fault(offset);
            newest = reader.Frame.Newest;
        }
        return newest;
    }
}
