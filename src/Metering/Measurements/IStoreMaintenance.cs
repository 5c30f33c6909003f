using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>Maintenance of a measurement store, concurrent with loads and queries.</summary>
public interface IStoreMaintenance
{
    /// <summary>
    /// Performs one step of maintenance, if any is due. The only visible effect is that failures whose measurements
    /// were trimmed from the log are deleted; the tallies still include them. Also removes the bytes of erased
    /// measurements from the store's files.
    /// </summary>
    /// <param name="closedBefore">The start, in UTC, of the first day that may still receive many measurements.</param>
    /// <param name="logStart">The oldest position in the log.</param>
    /// <param name="cancellationToken">Cancels the step and rolls it back.</param>
    /// <returns>False if there was nothing to do.</returns>
    Task<bool> RunStepAsync(Instant closedBefore, LogPosition logStart, CancellationToken cancellationToken);
}
