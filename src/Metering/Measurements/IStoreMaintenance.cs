using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>The housekeeping of a measurement store, while loads and queries go on.</summary>
public interface IStoreMaintenance
{
    /// <summary>
    /// Takes one step of what the engine has to do, if anything. The only change that can be seen is that failures
    /// which the log no longer explains are forgotten; the tallies go on counting them.
    /// </summary>
    /// <param name="closedBefore">The start, in UTC, of the first day that may still get many measurements.</param>
    /// <param name="logStart">The oldest position that the log keeps.</param>
    /// <param name="cancellationToken">Gives up; the step leaves no trace.</param>
    /// <returns>False when there was nothing to do.</returns>
    Task<bool> TakeStepAsync(Instant closedBefore, LogPosition logStart, CancellationToken cancellationToken);
}
