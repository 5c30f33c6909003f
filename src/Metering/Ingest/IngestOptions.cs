using NodaTime;

namespace Tallystick.Metering.Ingest;

/// <summary>The settings of ingest. Defaults are those of m3ter if documented.</summary>
public sealed record IngestOptions
{
    /// <summary>Maximum time by which <c>ts</c> may be ahead of the server's clock.</summary>
    public Duration FutureTolerance { get; init; } = Duration.FromMinutes(5);

    /// <summary>The deduplication window of uids.</summary>
    public Duration DuplicateWindow { get; init; } = Duration.FromDays(35);

    /// <summary>
    /// How long the loader collects measurements before it stores fewer than the store prefers
    /// (<see cref="Measurements.ILoadTarget.PreferredLoadSize"/>). A waiting query ends the collection early.
    /// </summary>
    public Duration CollectionTime { get; init; } = Duration.FromMilliseconds(500);

    /// <summary>Polling interval of the loader while it collects measurements.</summary>
    public Duration PollInterval { get; init; } = Duration.FromMilliseconds(25);

    /// <summary>
    /// Bytes of the log that may wait to be loaded before responses are delayed to slow down senders.
    /// </summary>
    public long BacklogBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// Bytes of the log that may wait to be loaded before uploaded files wait. Far less than for senders, so that a
    /// file delays queries by no more than a moment.
    /// </summary>
    public long FileBacklogBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Maximum delay of a response. After that, the submission is accepted nevertheless, because the log has room.
    /// </summary>
    public Duration MaxResponseDelay { get; init; } = Duration.FromSeconds(2);

    /// <summary>Delay of the loader after the first fault; it doubles up to <see cref="RetryDelayLimit"/>.</summary>
    public Duration RetryDelay { get; init; } = Duration.FromMilliseconds(20);

    /// <summary>Maximum delay of the loader between two attempts.</summary>
    public Duration RetryDelayLimit { get; init; } = Duration.FromSeconds(5);
}
