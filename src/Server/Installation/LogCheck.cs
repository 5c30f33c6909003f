using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Server.Installation;

/// <summary>Refuses to start where the log and the store of measurements do not go on at the same place.</summary>
/// <param name="directory">Directory of the log.</param>
/// <param name="store">The store.</param>
/// <param name="acceptsLoss">Whether the operator has said to go on without what is missing.</param>
internal sealed class LogCheck(string directory, DuckDbMeasurementStore store, bool acceptsLoss)
{
    private const string WaysOut =
        "Restore measurement-log and measurements.duckdb from one backup. Without one, start once with "
        + DataDirectory.AcceptLossOption + "; docs/operations.md says what is lost then.";

    /// <summary>Opens the log.</summary>
    /// <exception cref="StoreUnavailableException">They do not belong together.</exception>
    internal async Task<FileMeasurementLog> OpenLogAsync(CancellationToken cancellationToken)
    {
        var log = FileMeasurementLog.Open(directory);
        try
        {
            var position = await store.FindPositionAsync(cancellationToken);
            if (log.FindRecord(position) == position)
                return log;
            if (!acceptsLoss)
                throw new StoreUnavailableException($"{Difference(log, position)} {WaysOut}");
            if (position <= log.End)
            {
                await store.MoveToAsync(log.FindRecord(position) ?? log.Start, cancellationToken);
                return log;
            }
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
        return await SkipAsync(log, cancellationToken);
    }

    private async Task<FileMeasurementLog> SkipAsync(FileMeasurementLog log, CancellationToken cancellationToken)
    {
        var end = log.End;
        await log.DisposeAsync();
        FileMeasurementLog.SkipTo(directory, end, await store.FindPositionAsync(cancellationToken));
        return FileMeasurementLog.Open(directory);
    }

    private string Difference(FileMeasurementLog log, LogPosition position)
    {
        if (position > log.End)
        {
            return $"The measurement log in {directory} ends at {log.End.Value}, but the measurement store has loaded "
                + $"it up to {position.Value}: the log is an older copy, or its last files are lost.";
        }
        return position < log.Start
            ? $"The measurement log in {directory} begins at {log.Start.Value}, but the measurement store has loaded "
                + $"it only up to {position.Value}: the store is an older copy, or its file is lost."
            : $"The measurement log in {directory} has no record at {position.Value}, up to which the measurement "
                + "store has loaded it: one of both is a copy of another time.";
    }
}
