using System.Collections.Concurrent;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Changes;

/// <summary>Tells which configuration has changed, so that what was read before can be read again.</summary>
/// <param name="listeners">Hear of every committed change.</param>
public sealed class ChangeFeed(IEnumerable<IChangeListener> listeners)
{
    private readonly IChangeListener[] _listeners = [.. listeners];
    private readonly ConcurrentDictionary<(string OrganizationId, string Kind), long> _generations = new();
    private readonly ConcurrentDictionary<string, long> _totals = new(StringComparer.Ordinal);
    private long _order;

    /// <summary>Grows with each change of the kind in the organization.</summary>
    public long Generation(string organizationId, string kind) =>
        _generations.GetValueOrDefault((organizationId, kind));

    /// <summary>Grows with each change in the organization.</summary>
    public long Generation(string organizationId) => _totals.GetValueOrDefault(organizationId);

    /// <summary>
    /// The place of a change among all: asked for within its transaction, so that changes of one organization have
    /// places in the order of their commits.
    /// </summary>
    internal long NextOrder() => Interlocked.Increment(ref _order);

    /// <summary>A change is committed.</summary>
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

/// <summary>Hears of committed changes in the process that makes them: for caches, which a restart empties.</summary>
public interface IChangeListener
{
    /// <summary>Entities were changed, each given before and after.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="order">
    /// Grows with the commits of an organization. Changes that share a commit may be heard of in another order.
    /// </param>
    /// <param name="entities">The entities.</param>
    void Changed(string organizationId, long order, IReadOnlyList<(Resource? Before, Resource? After)> entities);
}
