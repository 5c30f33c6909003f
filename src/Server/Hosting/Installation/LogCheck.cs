using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>Refuses to start where the log and the store of measurements do not go on at the same place.</summary>
/// <param name="directory">Directory of the log.</param>
/// <param name="position">Up to where the store has loaded it.</param>
/// <param name="acceptsLoss">Whether the operator has said to go on without what is missing.</param>
internal sealed class LogCheck(string directory, LogPosition position, bool acceptsLoss)
{
    private const string WaysOut =
        "Restore measurement-log and measurements.duckdb from the same backup. If you have no backup, start once with "
        + DataDirectory.AcceptLossOption + "; docs/operations.md explains what is lost.";

    /// <summary>Opens the log.</summary>
    /// <param name="check">What else must hold, given the end of the log, before anything is changed.</param>
    /// <returns>The log, and where to go on loading it: elsewhere than before where a loss was accepted.</returns>
    /// <exception cref="StoreUnavailableException">They do not belong together.</exception>
    internal async Task<(FileMeasurementLog Log, LogPosition GoOnAt)> OpenAsync(Func<LogPosition, Task> check)
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

    /// <returns>Null where the log must go on behind its end.</returns>
    private LogPosition? FindNext(FileMeasurementLog log)
    {
        var record = log.FindRecord(position);
        if (record == position)
            return position;
        if (!acceptsLoss)
            throw new StoreUnavailableException($"{Difference(log)} {WaysOut}");
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

    // The first file of a new log would be in the way of the files of a backup.
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
