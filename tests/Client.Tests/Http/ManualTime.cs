namespace Tallystick.Client.Tests.Http;

/// <summary>
/// A clock that moves when told. Waits shorter than <see cref="Skipped"/> end at once and move it; longer ones, such as
/// the time limit of a request, wait for <see cref="Advance"/>.
/// </summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<TimeSpan> _waits = [];
    private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    internal TimeSpan Skipped { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Ends when somebody waits for as long as <see cref="Awaited"/>.</summary>
    internal Task IsAwaited => _awaited.Task;

    internal TimeSpan Awaited { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The waits that were skipped.</summary>
    internal IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_lock)
                return [.. _waits];
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    internal void Advance(TimeSpan time)
    {
        List<ManualTimer> due;
        lock (_lock)
        {
            _now += time;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }
        foreach (var timer in due)
            timer.Fire();
    }

    private void Schedule(ManualTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;
            if (dueTime >= Skipped)
            {
                timer.Due = _now + dueTime;
                _timers.Add(timer);
                if (dueTime == Awaited)
                    _awaited.TrySetResult();
                return;
            }
            _now += dueTime;
            _waits.Add(dueTime);
        }
        // Not within the call that made the timer, which does not have it yet.
        ThreadPool.QueueUserWorkItem(_ => timer.Fire());
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        internal DateTimeOffset Due { get; set; }

        internal void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Schedule(this, dueTime);
            return true;
        }

        public void Dispose() => time.Schedule(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
