using System.Collections.Concurrent;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Changes;

/// <summary>Publishes configuration changes, so that cached entities can be reloaded.</summary>
/// <param name="listeners">Notified of every committed change.</param>
public sealed class ChangeFeed(IEnumerable<IChangeListener> listeners)
{
    private readonly IChangeListener[] _listeners = [.. listeners];
    private readonly ConcurrentDictionary<(string OrganizationId, string Kind), long> _generations = new();
    private readonly ConcurrentDictionary<string, long> _totals = new(StringComparer.Ordinal);
    private long _order;

    /// <summary>Incremented with each change of the kind in the organization.</summary>
    public long Generation(string organizationId, string kind) =>
        _generations.GetValueOrDefault((organizationId, kind));

    /// <summary>Incremented with each change in the organization.</summary>
    public long Generation(string organizationId) => _totals.GetValueOrDefault(organizationId);

    /// <summary>
    /// The order of a change. Taken within its transaction, so that changes of an organization are numbered in commit
    /// order.
    /// </summary>
    internal long NextOrder() => Interlocked.Increment(ref _order);

    /// <summary>Publishes a committed change.</summary>
    internal void Publish(string organizationId, ResourceChange change)
    {
        foreach (var kind in change.Kinds)
        {
            _generations.AddOrUpdate((organizationId, kind), 1, (_, generation) => generation + 1);
            _totals.AddOrUpdate(organizationId, 1, (_, generation) => generation + 1);
        }
        foreach (var listener in _listeners)
            listener.Changed(organizationId, change.Order, change.Entities);
    }
}

/// <summary>Is notified of committed changes in the same process. For caches, which a restart empties.</summary>
public interface IChangeListener
{
    /// <summary>Called with the changed entities, each before and after the change.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="order">
    /// Increases with the commits of an organization. Notifications of changes that share a commit can be out of order.
    /// </param>
    /// <param name="entities">The entities.</param>
    void Changed(string organizationId, long order, IReadOnlyList<(Resource? Before, Resource? After)> entities);
}
