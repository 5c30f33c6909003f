using Tallystick.Metering.Measurements;
using Tallystick.Storage.Backups;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Copies a log, which may still be growing, up to a position.</summary>
public static class LogCopy
{
    /// <summary>Copies the log files.</summary>
    /// <param name="directory">Directory of the log. None of its files may be deleted during the copy.</param>
    /// <param name="backup">The backup to copy into.</param>
    /// <param name="name">Name of the directory in the copy.</param>
    /// <param name="end">Where the copy ends: a position that was the end of the log.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task WriteAsync(
        string directory, BackupDirectory backup, string name, LogPosition end, CancellationToken cancellationToken)
    {
        await backup.CopyAllAsync(directory, name, entry => !entry.EndsWith(".gap", StringComparison.Ordinal),
            cancellationToken);
        var files = LogFile.List(directory);
        for (var index = 0; index < files.Count && files[index].Start <= end.Value; index++)
        {
            var file = files[index];
            // Bytes after the start of the next file are void.
            var fileEnd = index + 1 < files.Count
                ? Math.Min(file.GapAt ?? files[index + 1].Start, end.Value)
                : end.Value;
            await backup.CopyAsync(
                file.Path, Path.Combine(name, Path.GetFileName(file.Path)), fileEnd - file.Start, cancellationToken);
        }
    }
}
