namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>
/// Limits concurrent work. Organizations that wait take turns, however many waiting callers each of them has.
/// </summary>
/// <param name="atOnce">Maximum number of callers inside.</param>
internal sealed class FairSlots(int atOnce)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiters> _turns = new();
    private int _inside;

    /// <summary>Waits for a slot; <see cref="Leave"/> must follow.</summary>
    public async Task EnterAsync(string organizationId, CancellationToken cancellationToken)
    {
        var admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_inside < atOnce)
            {
                _inside++;
                return;
            }
            var own = _turns.FirstOrDefault(waiters => waiters.OrganizationId == organizationId);
            if (own is null)
                _turns.AddLast(own = new Waiters(organizationId));
            own.Queue.Enqueue(admitted);
        }
        await using var registration = cancellationToken.Register(() => admitted.TrySetCanceled(cancellationToken));
        await admitted.Task;
    }

    /// <summary>Releases a slot.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            while (_turns.First is { } turn)
            {
                _turns.RemoveFirst();
                var next = turn.Value.Queue.Dequeue();
                if (turn.Value.Queue.Count > 0)
                    _turns.AddLast(turn);
                // False if the caller no longer waits.
                if (next.TrySetResult())
                    return;
            }
            _inside--;
        }
    }

    private sealed class Waiters(string organizationId)
    {
        public string OrganizationId => organizationId;

        public Queue<TaskCompletionSource> Queue { get; } = new();
    }
}
