using Tallystick.Foundation.Values;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Usage;

/// <summary>
/// Lets a number of usage queries run at a time and keeps a short queue. No organization can take all of either, so
/// that the queries of others go on.
/// </summary>
/// <param name="maxRunning">Maximum number of queries that run at a time.</param>
/// <param name="maxWaiting">Maximum number of queries that wait.</param>
internal sealed class QuerySlots(int maxRunning, int maxWaiting)
{
    private readonly int _maxOfOne = Math.Max(1, maxRunning * 3 / 4);
    private readonly int _maxWaitingOfOne = Math.Max(1, maxWaiting / 2);
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = new();
    private readonly Dictionary<string, int> _ofOrganization = new(StringComparer.Ordinal);
    private int _running;

    internal static QuerySlots Of(RequestLimits limits) => new(limits.Queries, limits.WaitingQueries);

    /// <summary>Waits until a query may run; what is answered must be disposed when it has ended.</summary>
    /// <exception cref="TooManyRequestsException">The organization has too many queries waiting.</exception>
    /// <exception cref="ServerBusyException">All organizations together have.</exception>
    internal async ValueTask<IDisposable> EnterAsync(string organizationId, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (TryBegin(organizationId))
                return new Slot(this, organizationId);
            if (_queue.Count(other => other.OrganizationId == organizationId) >= _maxWaitingOfOne)
                throw new TooManyRequestsException(
                    "Too many usage queries of your organization are waiting. Try again later.");
            if (_queue.Count >= maxWaiting)
                throw new ServerBusyException("Too many usage queries are waiting. Try again later.");
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
        // It was let in at the same moment.
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
