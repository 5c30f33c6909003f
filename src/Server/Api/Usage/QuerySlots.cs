using Tallystick.Foundation.Values;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Usage;

/// <summary>
/// Limits the number of concurrent usage queries and keeps a short queue. No organization can occupy all slots or the
/// whole queue, so that others can still run queries.
/// </summary>
/// <param name="maxRunning">Maximum number of concurrent queries.</param>
/// <param name="maxWaiting">Maximum number of waiting queries.</param>
/// <param name="what">What the queries are, in messages.</param>
internal sealed class QuerySlots(int maxRunning, int maxWaiting, string what = "usage queries")
{
    private readonly int _maxOfOne = Math.Max(1, maxRunning * 3 / 4);
    private readonly int _maxWaitingOfOne = Math.Max(1, maxWaiting / 2);
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = new();
    private readonly Dictionary<string, int> _ofOrganization = new(StringComparer.Ordinal);
    private int _running;

    internal static QuerySlots Of(RequestLimits limits) => new(limits.Queries, limits.WaitingQueries);

    /// <summary>Waits for a slot. Dispose the result to release the slot.</summary>
    /// <exception cref="TooManyRequestsException">The organization has too many waiting queries.</exception>
    /// <exception cref="ServerBusyException">All organizations together have too many waiting queries.</exception>
    internal async ValueTask<IDisposable> EnterAsync(string organizationId, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (TryBegin(organizationId))
                return new Slot(this, organizationId);
            if (_queue.Count(other => other.OrganizationId == organizationId) >= _maxWaitingOfOne)
                throw new TooManyRequestsException(
                    $"Too many {what} of your organization are waiting. Try again later.");
            if (_queue.Count >= maxWaiting)
                throw new ServerBusyException($"Too many {what} are waiting. Try again later.");
            waiter = new Waiter(organizationId);
            _queue.AddLast(waiter);
        }
        try
        {
            await waiter.Admitted.Task.WaitAsync(cancellationToken);
            return new Slot(this, organizationId);
        }
        catch (OperationCanceledException)
        {
            Withdraw(waiter);
            throw;
        }
    }

    private void Withdraw(Waiter waiter)
    {
        lock (_lock)
        {
            if (_queue.Remove(waiter))
                return;
        }
        // The query got its slot at the same moment, so release the slot.
        Leave(waiter.OrganizationId);
    }

    private bool TryBegin(string organizationId)
    {
        var own = _ofOrganization.GetValueOrDefault(organizationId);
        if (_running >= maxRunning || own >= _maxOfOne)
            return false;
        _running++;
        _ofOrganization[organizationId] = own + 1;
        return true;
    }

    private void Leave(string organizationId)
    {
        lock (_lock)
        {
            _running--;
            if (--_ofOrganization[organizationId] == 0)
                _ofOrganization.Remove(organizationId);
            for (var node = _queue.First; node is not null && _running < maxRunning;)
            {
                var (waiter, next) = (node.Value, node.Next);
                if (TryBegin(waiter.OrganizationId))
                {
                    _queue.Remove(node);
                    waiter.Admitted.SetResult();
                }
                node = next;
            }
        }
    }

    private sealed class Waiter(string organizationId)
    {
        internal string OrganizationId => organizationId;

        internal TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Slot(QuerySlots slots, string organizationId) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
                slots.Leave(organizationId);
        }
    }
}
