using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Removal;

/// <summary>
/// Lets a job wait until everything accepted before it began is loaded: a measurement that is still in the log must not
/// escape a removal.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="loader">Loads it.</param>
/// <param name="begin">When the process began, before it accepted anything.</param>
/// <param name="endAtBegin">The end of the log at that moment.</param>
public sealed class LoadedLog(ILogPartition log, MeasurementLoader loader, Instant begin, LogPosition endAtBegin)
{
    // A job that waits keeps others from running, so it waits in short steps.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    /// <summary>The oldest position in the log.</summary>
    public LogPosition Start => log.Start;

    /// <summary>The position after everything accepted so far.</summary>
    public LogPosition End => log.End;

    /// <summary>The position that a request to remove measurements goes up to.</summary>
    /// <param name="position">The end of the log when it was made.</param>
    /// <param name="made">When it was made.</param>
    /// <returns>
    /// The same, unless the log was restored from a backup whose documents are newer: then the end of what was
    /// restored, because whatever has been accepted since came after the request.
    /// </returns>
    public LogPosition Restored(long? position, Instant? made)
    {
        var asked = new LogPosition(position ?? 0);
        return made < begin && asked > endAtBegin ? endAtBegin : asked;
    }

    /// <summary>Waits for a moment until everything before a position is loaded.</summary>
    /// <returns>False if more time is needed.</returns>
    /// <exception cref="RefusedException">A fault stops the loader at the moment.</exception>
    public async Task<bool> WaitAsync(LogPosition position, CancellationToken cancellationToken)
    {
        try
        {
            await loader.WaitForAsync(position, cancellationToken).WaitAsync(MaxWait, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return loader.Fault is null ? false : throw new RefusedException(new Issue(
                "not_loaded", "", "Measurements cannot be loaded at the moment. See the server log."));
        }
    }
}
