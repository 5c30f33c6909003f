using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>One file of the log, named after the position of its first byte.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Start">Position of its first byte.</param>
internal sealed record LogFile(string Path, long Start)
{
    private const string Extension = ".log";

    /// <summary>The files of a directory, by position.</summary>
    public static List<LogFile> List(string directory)
    {
        var files = new List<LogFile>();
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Extension))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(path);
            if (!long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var start))
                throw new StoreUnavailableException($"The file {path} does not belong into the measurement log.");
            files.Add(new LogFile(path, start));
        }
        files.Sort((left, right) => left.Start.CompareTo(right.Start));
        return files;
    }

    /// <summary>The file that begins at a position; it need not exist.</summary>
    public static LogFile At(string directory, long start) =>
        new(System.IO.Path.Combine(directory, start.ToString("D19", CultureInfo.InvariantCulture) + Extension), start);

    public SafeFileHandle OpenToRead() =>
        File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public SafeFileHandle OpenToWrite() =>
        File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Reads the payload of the frame at an offset.</summary>
    /// <returns>Null when there is no whole, undamaged frame before <paramref name="end"/>.</returns>
    public byte[]? ReadPayload(SafeFileHandle handle, long offset, long end)
    {
        Span<byte> header = stackalloc byte[LogFrame.HeaderBytes];
        if (offset + header.Length > end
            || !TryReadAll(handle, header, offset)
            || !LogFrame.TryReadHeader(header, Start + offset, out var frame)
            || offset + frame.Length > end)
            return null;
        var payload = new byte[frame.PayloadLength];
        return TryReadAll(handle, payload, offset + header.Length) && frame.Holds(payload) ? payload : null;
    }

    /// <summary>The fault of a damaged frame.</summary>
    public StoreUnavailableException Damaged(long offset) => new(
        $"The measurement log is damaged: {Path} has no valid record at byte {offset}. "
        + "Restore the file from a backup; nothing behind it has been read or changed.");

    private static bool TryReadAll(SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            var count = RandomAccess.Read(handle, buffer, offset);
            if (count == 0)
                return false;
            buffer = buffer[count..];
            offset += count;
        }
        return true;
    }
}
