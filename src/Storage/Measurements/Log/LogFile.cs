using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>One file of the log, named after the position of its first byte.</summary>
/// <param name="path">Where it is.</param>
/// <param name="start">Position of its first byte.</param>
internal sealed class LogFile(string path, long start)
{
    private const string Extension = ".log";

    public string Path => path;

    public long Start => start;

    /// <summary>
    /// Newest receipt of a record in the files before it, in ticks since 1970; null when its first frame tells.
    /// </summary>
    public long? NewestBefore { get; init; }

    /// <summary>The handle kept open to read it; null when there is none. Belongs to <see cref="LogFiles"/>.</summary>
    public SafeFileHandle? Reading { get; set; }

    /// <summary>True when it is not to be opened to read any more. Belongs to <see cref="LogFiles"/>.</summary>
    public bool IsClosed { get; set; }

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

    /// <summary>Path of the file that begins at a position.</summary>
    public static string PathOf(string directory, long start) =>
        System.IO.Path.Combine(directory, start.ToString("D19", CultureInfo.InvariantCulture) + Extension);

    public SafeFileHandle OpenToRead() =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public SafeFileHandle OpenToWrite() =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
