using NodaTime;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;

namespace Tallystick.Server.Jobs;

/// <summary>
/// Schedules jobs. The jobs of one organization and one handler form a lane and run sequentially, in the order in which
/// they were queued. Lanes take turns, one step each, so that an organization with many jobs does not delay the others.
/// The board mirrors the committed state of the job queue and is refilled from the queue after a restart.
/// </summary>
internal sealed class JobBoard(IClock clock, TimeProvider time) : IChangeListener
{
    private const int MaxHeard = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string OrganizationId, string Id), (JobEntry Entry, JobLane Lane)> _entries = [];
    private readonly Dictionary<(string OrganizationId, string Handler), LinkedListNode<JobLane>> _lanes = [];
    private readonly LinkedList<JobLane> _turns = new();
    private readonly Dictionary<(string OrganizationId, string Id), long> _heard = [];
    private readonly Queue<(string OrganizationId, string Id)> _heardFirst = new();
    private TaskCompletionSource _changed = NewSignal();
    private long _added;

    /// <summary>Completes at the next change of the board.</summary>
    internal Task Changing
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>True if no job is running or due.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_lock)
                return _turns.All(lane => lane.Running is null && lane.FirstReady(Now) is null);
        }
    }

    /// <summary>Number of jobs by handler: those that are due, and those that are due later.</summary>
    internal IReadOnlyList<(string Handler, long Ready, long Later)> Count()
    {
        var now = clock.GetCurrentInstant();
        lock (_lock)
        {
            return
            [
                .. _turns.GroupBy(lane => lane.Handler).Select(lanes =>
                {
                    var later = lanes.Sum(lane => lane.Entries.LongCount(entry => entry.Due > now));
                    return (lanes.Key, lanes.Sum(lane => (long)lane.Entries.Count) - later, later);
                }),
            ];
        }
    }

    /// <inheritdoc/>
    public void Changed(
        string organizationId, long order, IReadOnlyList<(Resource? Before, Resource? After)> entities)
    {
        foreach (var (before, after) in entities)
        {
            if (after is QueuedJob queued)
                Put(organizationId, queued, order);
            else if (after is null && before is QueuedJob removed)
                Remove(organizationId, removed.Id, order);
        }
    }

    /// <summary>Adds an entry of the queue to the board, or changes its due time.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="queued">The entry.</param>
    /// <param name="order">Sequence number of the change that wrote it; 0 if it was read at the start.</param>
    internal void Put(string organizationId, QueuedJob queued, long order = 0)
    {
        lock (_lock)
        {
            if (IsOutdated(organizationId, queued.Id, order))
                return;
            if (_entries.TryGetValue((organizationId, queued.Id), out var known))
            {
                known.Lane.Entries.Remove(known.Entry);
                (known.Entry.Due, known.Entry.RetryAt) = (queued.Due, null);
                known.Lane.Entries.Add(known.Entry);
            }
            else
            {
                var lane = LaneOf(organizationId, queued.Handler);
                var entry = new JobEntry(organizationId, queued.Id, _added++) { Due = queued.Due };
                _entries.Add((organizationId, queued.Id), (entry, lane));
                lane.Entries.Add(entry);
            }
            Signal();
        }
    }

    /// <summary>Checks again which jobs are due, after the clock was set.</summary>
    internal void Wake()
    {
        lock (_lock)
            Signal();
    }

    /// <summary>True if the job is on the board.</summary>
    internal bool Has(string organizationId, string id)
    {
        lock (_lock)
            return _entries.ContainsKey((organizationId, id));
    }

    /// <summary>Removes a job from the board and stops it if it is running.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="id">UUID of the entity that the work is on.</param>
    /// <param name="order">Sequence number of the change that removed it.</param>
    internal void Remove(string organizationId, string id, long order)
    {
        lock (_lock)
        {
            if (IsOutdated(organizationId, id, order))
                return;
        }
        Forget(organizationId, id);
    }

    /// <summary>Removes a job that is no longer in the queue, and stops it if it is running.</summary>
    internal void Forget(string organizationId, string id)
    {
        JobEntry entry;
        lock (_lock)
        {
            if (!_entries.Remove((organizationId, id), out var removed))
                return;
            entry = removed.Entry;
            removed.Lane.Entries.Remove(entry);
            DropWhenEmpty(removed.Lane);
            Signal();
        }
        entry.Cancel();
    }

    /// <summary>
    /// Takes the next job to run; null if there is none. Its lane is blocked until <see cref="GiveBack"/>.
    /// </summary>
    internal (JobEntry Entry, JobLane Lane)? TryTake()
    {
        lock (_lock)
        {
            var now = Now;
            for (var turn = _turns.First; turn is not null; turn = turn.Next)
            {
                if (turn.Value.Running is not null || turn.Value.FirstReady(now) is not { } entry)
                    continue;
                turn.Value.Running = entry;
                _turns.Remove(turn);
                _turns.AddLast(turn);
                return (entry, turn.Value);
            }
            return null;
        }
    }

    /// <summary>Returns a job after a step.</summary>
    /// <param name="taken">The work.</param>
    /// <param name="pause">Time until the next attempt; null after a successful step.</param>
    /// <param name="holdsLane">True if the jobs behind it in the lane wait as well.</param>
    internal void GiveBack((JobEntry Entry, JobLane Lane) taken, TimeSpan? pause = null, bool holdsLane = false)
    {
        var (entry, lane) = taken;
        lock (_lock)
        {
            lane.Running = null;
            entry.Pause = pause ?? TimeSpan.Zero;
            entry.RetryAt = pause is null ? null : time.GetUtcNow() + pause;
            entry.HoldsLane = holdsLane;
            DropWhenEmpty(lane);
            Signal();
        }
    }

    /// <summary>Time until a job may be due; null if there is no waiting job.</summary>
    internal TimeSpan? UntilNext()
    {
        lock (_lock)
        {
            var now = Now;
            var waits = _turns.Where(lane => lane.Running is null).SelectMany(lane => lane.Waits(now)).ToList();
            return waits.Count == 0 ? null : waits.Min();
        }
    }

    // Notifications of changes in the same commit arrive in any order, so ignore those older than the last one seen. It
    // suffices to remember the most recent ones.
    private bool IsOutdated(string organizationId, string id, long order)
    {
        if (_heard.TryGetValue((organizationId, id), out var last) && last > order)
            return true;
        if (_heard.TryAdd((organizationId, id), order))
            _heardFirst.Enqueue((organizationId, id));
        else
            _heard[(organizationId, id)] = order;
        if (_heardFirst.Count > MaxHeard)
            _heard.Remove(_heardFirst.Dequeue());
        return false;
    }

    private (Instant Instant, DateTimeOffset Time) Now => (clock.GetCurrentInstant(), time.GetUtcNow());

    private JobLane LaneOf(string organizationId, string handler)
    {
        if (_lanes.TryGetValue((organizationId, handler), out var known))
            return known.Value;
        var lane = new JobLane(organizationId, handler);
        _lanes.Add((organizationId, handler), _turns.AddLast(lane));
        return lane;
    }

    private void DropWhenEmpty(JobLane lane)
    {
        if (lane.Entries.Count == 0 && lane.Running is null
            && _lanes.Remove((lane.OrganizationId, lane.Handler), out var turn))
            _turns.Remove(turn);
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    // Continuations run asynchronously, so that they do not run under the lock.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
