using Microsoft.Win32.SafeHandles;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Where a log ends that is being opened.</summary>
/// <param name="Position">The position behind its last record.</param>
/// <param name="Newest">Newest receipt of a record in it, in ticks since 1970.</param>
/// <param name="Cut">What was cut from it; null when nothing was.</param>
internal sealed record LogEnd(long Position, long Newest, TornTail? Cut);

/// <summary>
/// What an interrupted last write had left at the end of the log, and was cut off. Nobody was told that it was kept.
/// </summary>
/// <param name="File">Path of the file.</param>
/// <param name="Offset">Where in the file it began.</param>
/// <param name="Bytes">How long it was.</param>
public sealed record TornTail(string File, long Offset, long Bytes);

/// <summary>
/// Checks the log at opening: the files before the last by their names and lengths, the last one frame by frame, and
/// cuts what a crash left unfinished there.
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

    // A longer file is in order: what it holds behind the beginning of the next one is void.
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

    private static (long Length, long? Newest, TornTail? Cut) Scan(LogFile file)
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
        // A process that died before its flush left a frame that is readable, but not durable yet.
        if (last >= 0 && reader.Read(last, offset) == FrameState.Whole)
            RandomAccess.Write(handle, reader.Bytes, last);
        Disk.Flush(handle);
        return (offset, newest, cut);
    }

    private static TornTail? Cut(
        LogFile file, SafeFileHandle handle, FrameReader reader, FrameState state, long offset, long end)
    {
        var written = EndOfWritten(handle, offset, end);
        if (written == offset)
            return null;
        if (!IsTorn(reader, state, offset, written))
            throw reader.Fault(offset);
        RandomAccess.SetLength(handle, offset);
        return new TornTail(file.Path, offset, written - offset);
    }

    /// <summary>
    /// True when a write that was interrupted leaves behind what is there: the file ends within the frame, or sectors
    /// of it are still zeros and nothing stands behind it. Anything else was written whole and damaged later.
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

    /// <summary>The offset behind the last byte that is not zero.</summary>
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

    /// <summary>Newest receipt in a file whose bytes end at a position; null when it holds no frame.</summary>
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
