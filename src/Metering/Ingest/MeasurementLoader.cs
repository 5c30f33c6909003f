using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Carries accepted measurements from the log into the store: enriches them, drops duplicates, and lets the log go.
/// Whatever goes wrong is tried again with a growing pause; no record is ever skipped, and none is loaded twice,
/// since the store keeps the position together with the rows.
/// </summary>
public sealed class MeasurementLoader(
    IMeasurementLog log, IMeasurementStore store, IMeteringCatalogue catalogue, IClock clock, IngestOptions options)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _moved = NewSignal();
    private LogPosition _position;
    private UidWindow _uids = new(options.DuplicateWindow);

    /// <summary>Everything before this position is loaded.</summary>
    public LogPosition Position
    {
        get
        {
            lock (_lock)
                return _position;
        }
    }

    /// <summary>What stops the loader at present, for the operator; null while it works.</summary>
    public Exception? Fault
    {
        get;
        private set
        {
            field = value;
            if (value is not null)
                Faulted?.Invoke(value);
        }
    }

    /// <summary>Something went wrong and is tried again; for the log.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>Loads until the token is cancelled; then throws <see cref="OperationCanceledException"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RetryAsync(RestoreAsync, cancellationToken);
        while (true)
        {
            await log.WaitForMoreAsync(Position, cancellationToken);
            await RetryAsync(LoadNextAsync, cancellationToken);
            await TrimAsync(cancellationToken);
        }
    }

    /// <summary>Waits until everything before the position is loaded.</summary>
    public async Task WaitForAsync(LogPosition position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_position >= position)
                    return;
                moved = _moved.Task;
            }
            await moved.WaitAsync(cancellationToken);
        }
    }

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        var position = await store.FindPositionAsync(cancellationToken);
        if (position > log.End)
        {
            throw new InvalidOperationException(
                $"The measurement log ends at {log.End.Value}, before {position.Value}, up to which the store has "
                + "loaded it: log and store do not belong together. Restore both from one backup.");
        }
        // What waits in the log was received before now, and its duplicates must be found as they were then.
        var since = clock.GetCurrentInstant();
        await foreach (var entry in log.ReadAsync(position, cancellationToken))
        {
            since = Instant.Min(since, entry.Records.Min(record => BatchEncoding.Decode(record.Bytes).ReceivedAt));
            break;
        }
        var uids = new UidWindow(options.DuplicateWindow);
        await foreach (var uid in store.ReadUidsAsync(since - options.DuplicateWindow, cancellationToken))
            uids.Restore(uid);
        _uids = uids;
        MoveTo(position);
    }

    private async Task LoadNextAsync(CancellationToken cancellationToken)
    {
        _uids.Discard();
        // After a fault the store may have kept the load although it could not say so.
        if (await store.FindPositionAsync(cancellationToken) != Position)
            await RestoreAsync(cancellationToken);
        var builder = new LoadBuilder(catalogue, _uids, Position);
        await foreach (var entry in log.ReadAsync(Position, cancellationToken))
        {
            await builder.AddAsync(entry, cancellationToken);
            if (builder.Count >= options.LoadSize)
                break;
        }
        var load = builder.Build();
        if (load.To == load.From)
            return;
        await store.LoadAsync(load, cancellationToken);
        _uids.Commit(builder.LastReceivedAt);
        MoveTo(load.To);
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            await log.TrimAsync(
                Position, clock.GetCurrentInstant() - options.DuplicateWindow, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It only costs space: loading goes on, and the next load trims again.
            Fault = exception;
        }
    }

    private async Task RetryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var delay = options.RetryDelay;
        while (true)
        {
            try
            {
                await work(cancellationToken);
                Fault = null;
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Fault = exception;
            }
            await Task.Delay(delay.ToTimeSpan(), cancellationToken);
            delay = Duration.Min(delay * 2, options.RetryDelayLimit);
        }
    }

    private void MoveTo(LogPosition position)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            _position = position;
            (moved, _moved) = (_moved, NewSignal());
        }
        moved.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
