using Microsoft.Win32.SafeHandles;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Checks every file of the log at opening and cuts the record that a crash left unfinished.</summary>
internal static class LogRecovery
{
    /// <summary>The position behind the last whole record.</summary>
    /// <exception cref="StoreUnavailableException">A file is damaged or missing.</exception>
    public static long Recover(IReadOnlyList<LogFile> files)
    {
        var end = files.Count == 0 ? 0 : files[0].Start;
        for (var index = 0; index < files.Count; index++)
        {
            var file = files[index];
            if (file.Start != end)
            {
                throw new StoreUnavailableException(
                    $"The measurement log has a gap: {file.Path} begins at {file.Start}, "
                    + $"but the file before it ends at {end}. Restore the missing part from a backup.");
            }
            end = file.Start + CheckFile(file, isLast: index == files.Count - 1);
        }
        return end;
    }

    private static long CheckFile(LogFile file, bool isLast)
    {
        using var handle = file.OpenToWrite();
        var length = RandomAccess.GetLength(handle);
        var offset = 0L;
        while (offset < length)
        {
            if (file.ReadPayload(handle, offset, length) is not { } payload)
            {
                // Only the last write can have been interrupted: there must be nothing whole behind it.
                if (!isLast || HasWholeFrameBehind(file, handle, offset, length))
                    throw file.Damaged(offset);
                RandomAccess.SetLength(handle, offset);
                RandomAccess.FlushToDisk(handle);
                return offset;
            }
            offset += LogFrame.HeaderBytes + payload.Length;
        }
        return offset;
    }

    private static bool HasWholeFrameBehind(LogFile file, SafeFileHandle handle, long offset, long length)
    {
        var rest = new byte[length - offset];
        RandomAccess.Read(handle, rest, offset);
        for (var index = 1; index <= rest.Length - LogFrame.HeaderBytes; index++)
        {
            if (LogFrame.TryReadHeader(rest.AsSpan(index), file.Start + offset + index, out _)
                && file.ReadPayload(handle, offset + index, length) is not null)
                return true;
        }
        return false;
    }
}
