using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>The position of the loader, and the positions that others are waiting for.</summary>
internal sealed class LoadProgress
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _moved = NewSignal();
    private TaskCompletionSource _wanted = NewSignal();
    private LogPosition _position;
    private LoadTally _total;
    private LogPosition _furthest;

    /// <summary>Everything before this position is loaded.</summary>
    public LogPosition Position
    {
        get
        {
            lock (_lock)
                return _position;
        }
    }

    /// <summary>Tallies of everything loaded by this process.</summary>
    public LoadTally Total
    {
        get
        {
            lock (_lock)
                return _total;
        }
    }

    public void Add(IEnumerable<MeterDay> tallies)
    {
        lock (_lock)
            _total = tallies.Aggregate(_total, (total, day) => total + day.Tally);
    }

    public void MoveTo(LogPosition position)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            _position = position;
            (moved, _moved) = (_moved, NewSignal());
        }
        moved.SetResult();
    }

    /// <summary>Waits until everything before the position is loaded, and notifies the loader.</summary>
    public Task WaitForAsync(LogPosition position, CancellationToken cancellationToken) =>
        WaitForAsync(position, reached => reached >= position, cancellationToken);

    /// <summary>Waits until the loader reaches a position, and notifies it of the position.</summary>
    public async Task WaitForAsync(
        LogPosition position, Func<LogPosition, bool> isEnough, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            TaskCompletionSource? wanted = null;
            lock (_lock)
            {
                if (isEnough(_position))
                    return;
                moved = _moved.Task;
                if (position > _furthest)
                {
                    _furthest = position;
                    (wanted, _wanted) = (_wanted, NewSignal());
                }
            }
            wanted?.SetResult();
            await moved.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Completes when a caller waits for a position after <paramref name="behind"/>.</summary>
    public Task Wanted(LogPosition behind)
    {
        lock (_lock)
            return _furthest > behind ? Task.CompletedTask : _wanted.Task;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
