using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>One file of the log, named after the position of its first byte.</summary>
/// <param name="path">Path of the file.</param>
/// <param name="start">Position of its first byte.</param>
internal sealed class LogFile(string path, long start)
{
    private const string Extension = ".log";
    private const string GapExtension = ".gap";

    public string Path => path;

    public long Start => start;

    /// <summary>
    /// Newest time of receipt in the files before this one, in ticks since 1970; null if it must be read from the first
    /// frame of this file.
    /// </summary>
    public long? NewestBefore { get; init; }

    /// <summary>
    /// Position after the last record, if an operator has accepted a gap after this file; null if the next file
    /// continues without a gap.
    /// </summary>
    public long? GapAt { get; private init; }

    /// <summary>The handle kept open for reading; null if there is none. Managed by <see cref="LogFiles"/>.</summary>
    public SafeFileHandle? Reading { get; set; }

    /// <summary>True if the file must not be opened for reading any more. Managed by <see cref="LogFiles"/>.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The files of a directory, in the order of their positions.</summary>
    public static List<LogFile> List(string directory)
    {
        var files = new List<LogFile>();
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Extension))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(path);
            if (!long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var start))
                throw new StoreUnavailableException($"The file {path} is not a measurement log file.");
            files.Add(new LogFile(path, start));
        }
        files.Sort((left, right) => left.Start.CompareTo(right.Start));
        for (var index = 1; index < files.Count; index++)
        {
            if (GapBefore(directory, files[index].Start) is { } gapAt && gapAt >= files[index - 1].Start)
                files[index - 1] = new LogFile(files[index - 1].Path, files[index - 1].Start) { GapAt = gapAt };
        }
        return files;
    }

    /// <summary>
    /// Makes the log continue in a new file at a position beyond its end. A separate marker file records that the gap
    /// is known.
    /// </summary>
    public static void AddGap(string directory, long end, long next)
    {
        var last = List(directory)[^1];
        using (var file = last.OpenToWrite())
        {
            // Preallocated space after the end would count as written.
            RandomAccess.SetLength(file, end - last.Start);
            Disk.Flush(file);
        }
        File.WriteAllBytes(GapPathOf(directory, end, next), []);
        Disk.FlushDirectory(directory);
        SpareFile.Create(PathOf(directory, next)).Dispose();
        Disk.FlushDirectory(directory);
    }

    /// <summary>Removes the marker of a gap, once the file before the gap is deleted.</summary>
    public static void RemoveGap(string directory, long end, long next) =>
        File.Delete(GapPathOf(directory, end, next));

    private static string GapPathOf(string directory, long end, long next) => System.IO.Path.Combine(
        directory, string.Create(CultureInfo.InvariantCulture, $"{end:D19}-{next:D19}{GapExtension}"));

    private static long? GapBefore(string directory, long start)
    {
        var pattern = string.Create(CultureInfo.InvariantCulture, $"*-{start:D19}{GapExtension}");
        var path = Directory.EnumerateFiles(directory, pattern).FirstOrDefault();
        return path is not null
            && long.TryParse(
                System.IO.Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture,
                out var end)
            ? end
            : null;
    }

    /// <summary>Path of the file that begins at a position.</summary>
    public static string PathOf(string directory, long start) =>
        System.IO.Path.Combine(directory, start.ToString("D19", CultureInfo.InvariantCulture) + Extension);

    public SafeFileHandle OpenToRead() =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public SafeFileHandle OpenToWrite() =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
