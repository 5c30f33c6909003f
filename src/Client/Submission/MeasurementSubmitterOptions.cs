namespace Tallystick.Client;

/// <summary>How measurements are submitted.</summary>
public sealed class MeasurementSubmitterOptions
{
    // The longest that timers take.
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(49);

    /// <summary>Most measurements in a request. Default and most that the API accepts: 1,000.</summary>
    public int MaxBatchCount { get; init; } = 1000;

    /// <summary>Most bytes in a request. Default and most that the API accepts: 512,000.</summary>
    public int MaxBatchBytes { get; init; } = 512_000;

    /// <summary>
    /// Most measurements that wait to be sent. While there are as many, <see cref="MeasurementSubmitter.AddAsync"/>
    /// waits. Default: 10,000 in memory, 1,000,000 with an outbox.
    /// </summary>
    public int? MaxWaiting { get; init; }

    /// <summary>How long a measurement waits for others to be sent with it. Default: 1 second.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Directory of the outbox. With one, a measurement is on disk when <see cref="MeasurementSubmitter.AddAsync"/>
    /// returns, and what a process has not sent, the next one sends. One submitter at a time can use a directory.
    /// </summary>
    public string? OutboxDirectory { get; init; }

    /// <summary>
    /// How long disposing waits until everything is sent. Default: 30 seconds. With an outbox, the rest is kept.
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits as long as it takes.
    /// </summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Is told of each measurement that the API refuses. Without it, <see cref="MeasurementSubmitter.FlushAsync"/> and
    /// disposing throw <see cref="MeasurementsRefusedException"/>, as they do for measurements whose report throws.
    /// Sending goes on when it returns, so it must not wait for the submitter.
    /// </summary>
    public Action<RefusedMeasurement>? OnRefused { get; init; }

    /// <summary>
    /// Is told of each failure to send, after which the submitter tries again. Sending goes on when it returns, so it
    /// must not wait for the submitter.
    /// </summary>
    public Action<TallystickException>? OnFailure { get; init; }

    internal void Validate()
    {
        Check(nameof(MaxBatchCount), MaxBatchCount >= 1, "must be at least 1");
        Check(nameof(MaxWaiting), MaxWaiting is null or >= 1, "must be at least 1");
        Check(nameof(MaxBatchBytes), MaxBatchBytes > Batch.Overhead, $"must be more than {Batch.Overhead}");
        Check(nameof(FlushInterval), IsTime(FlushInterval), "must be from 0 to 49 days");
        Check(
            nameof(CloseTimeout), CloseTimeout == Timeout.InfiniteTimeSpan || IsTime(CloseTimeout),
            "must be from 0 to 49 days, or infinite");
    }

    private static bool IsTime(TimeSpan time) => time >= TimeSpan.Zero && time <= LongestTime;

    private static void Check(string option, bool isValid, string range)
    {
        if (!isValid)
            throw new ArgumentException($"{option} {range}.", option);
    }
}
