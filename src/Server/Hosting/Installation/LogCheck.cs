using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// Refuses to start if the measurement log does not match the position up to which the measurement store has loaded it.
/// </summary>
/// <param name="directory">Directory of the log.</param>
/// <param name="position">Position up to which the store has loaded the log.</param>
/// <param name="acceptsLoss">Whether the operator has accepted the loss of missing data.</param>
internal sealed class LogCheck(string directory, LogPosition position, bool acceptsLoss)
{
    private const string Remedies =
        "Restore measurement-log and measurements.duckdb from the same backup. If you have no backup, start once with "
        + DataDirectory.AcceptLossOption + "; docs/operations.md explains what is lost.";

    /// <summary>Opens the log.</summary>
    /// <param name="check">A further check before anything is changed; receives the end of the log.</param>
    /// <returns>
    /// The log, and the position from which to continue loading, which differs from the store's if a loss was accepted.
    /// </returns>
    /// <exception cref="StoreUnavailableException">They do not belong together.</exception>
    internal async Task<(FileMeasurementLog Log, LogPosition ResumeAt)> OpenAsync(Func<LogPosition, Task> check)
    {
        var former = Entries();
        var log = FileMeasurementLog.Open(directory);
        LogPosition? goOnAt;
        try
        {
            goOnAt = FindNext(log);
            await check(log.End);
        }
        catch
        {
            await log.DisposeAsync();
            RemoveNew(former);
            throw;
        }
        return goOnAt is { } next ? (log, next) : (await SkipAsync(log), position);
    }

    /// <returns>Null if the log must continue at a position after its end.</returns>
    private LogPosition? FindNext(FileMeasurementLog log)
    {
        var record = log.FindRecord(position);
        if (record == position)
            return position;
        if (!acceptsLoss)
            throw new StoreUnavailableException($"{Difference(log)} {Remedies}");
        return position <= log.End ? record ?? log.Start : null;
    }

    private async Task<FileMeasurementLog> SkipAsync(FileMeasurementLog log)
    {
        var end = log.End;
        await log.DisposeAsync();
        FileMeasurementLog.SkipTo(directory, end, position);
        return FileMeasurementLog.Open(directory);
    }

    private HashSet<string>? Entries() =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFileSystemEntries(directory)] : null;

    // Deletes files created by opening the log, which would conflict with files restored from a backup.
    private void RemoveNew(HashSet<string>? former)
    {
        foreach (var path in Directory.EnumerateFiles(directory).Where(path => former?.Contains(path) != true).ToList())
            File.Delete(path);
        if (former is null)
            Directory.Delete(directory);
    }

    private string Difference(FileMeasurementLog log)
    {
        if (position > log.End)
        {
            return $"The measurement log in {directory} ends at {log.End.Value}, but the measurement store has loaded "
                + $"it up to {position.Value}: the log is an older copy, or its most recent files are lost.";
        }
        return position < log.Start
            ? $"The measurement log in {directory} begins at {log.Start.Value}, but the measurement store has loaded "
                + $"it only up to {position.Value}: the store is an older copy, or its file is lost."
            : $"The measurement log in {directory} has no record at {position.Value}, up to which the measurement "
                + "store has loaded it: the two are copies from different times.";
    }
}
