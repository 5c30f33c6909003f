using Tallystick.Metering.Measurements;
using Tallystick.Storage.Backups;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Copies the files of a log, which may go on growing, up to a position.</summary>
public static class LogCopy
{
    /// <summary>Copies them.</summary>
    /// <param name="directory">Directory of the log. None of its files may be deleted meanwhile.</param>
    /// <param name="backup">Where to copy to.</param>
    /// <param name="name">Name of the directory in the copy.</param>
    /// <param name="end">Where the copy is to end: a position that was the log's end.</param>
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
            // What stands behind the beginning of the next file is void.
            var fileEnd = index + 1 < files.Count
                ? Math.Min(file.GapAt ?? files[index + 1].Start, end.Value)
                : end.Value;
            await backup.CopyAsync(
                file.Path, Path.Combine(name, Path.GetFileName(file.Path)), fileEnd - file.Start, cancellationToken);
        }
    }
}
