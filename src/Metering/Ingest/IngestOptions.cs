using NodaTime;

namespace Tallystick.Metering.Ingest;

/// <summary>The settings of ingest; the defaults are those of the published service where it names any.</summary>
public sealed record IngestOptions
{
    /// <summary>How far <c>ts</c> may lie ahead of the server's clock before a submission is refused.</summary>
    public Duration FutureTolerance { get; init; } = Duration.FromMinutes(5);

    /// <summary>For how long after its first receipt a uid is not accepted again.</summary>
    public Duration DuplicateWindow { get; init; } = Duration.FromDays(35);

    /// <summary>
    /// For how long the loader lets measurements gather before it stores fewer than the store prefers
    /// (<see cref="Measurements.ILoadTarget.PreferredLoadSize"/>); a query that waits for them ends the wait.
    /// </summary>
    public Duration GatheringTime { get; init; } = Duration.FromMilliseconds(500);

    /// <summary>Pause of the loader between two looks for more while measurements gather.</summary>
    public Duration GatheringPause { get; init; } = Duration.FromMilliseconds(25);

    /// <summary>
    /// Bytes of the log that may wait to be loaded before answers are held back, so that senders go at the loader's
    /// pace: some 1.6 million measurements, which are loaded in a few seconds.
    /// </summary>
    public long BacklogBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// For how long an answer is held back at most. Then the submission is accepted all the same: the log has room.
    /// </summary>
    public Duration MaxHold { get; init; } = Duration.FromSeconds(2);

    /// <summary>Pause of the loader after a first fault; it doubles up to <see cref="RetryDelayLimit"/>.</summary>
    public Duration RetryDelay { get; init; } = Duration.FromMilliseconds(20);

    /// <summary>Longest pause of the loader between two attempts.</summary>
    public Duration RetryDelayLimit { get; init; } = Duration.FromSeconds(5);
}
