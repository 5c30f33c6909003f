using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>How far the loader is, and how far others wait for it to be.</summary>
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

    /// <summary>What became of all that was loaded by this process.</summary>
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

    /// <summary>Waits until everything before the position is loaded, and lets the loader know.</summary>
    public Task WaitForAsync(LogPosition position, CancellationToken cancellationToken) =>
        WaitForAsync(position, reached => reached >= position, cancellationToken);

    /// <summary>Waits until the loader is far enough, and lets it know up to where somebody waits.</summary>
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

    /// <summary>Completes as soon as somebody waits for what lies behind a position.</summary>
    public Task Wanted(LogPosition behind)
    {
        lock (_lock)
            return _furthest > behind ? Task.CompletedTask : _wanted.Task;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
