using System.Collections.Concurrent;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.Permissions;

/// <summary>
/// What callers may do. It is read once for each and kept until a policy, an attachment or a principal of the
/// organization changes: a request costs two look-ups in memory.
/// </summary>
public sealed class CallerAccess(ResourceService resources, ChangeFeed changes)
{
    private const int MaxRemembered = 100_000;

    /// <summary>The kinds whose changes may change what a principal may do.</summary>
    private readonly string[] _kinds =
    [
        .. resources.Catalog.All.Where(definition => definition.IsOfAccess).Select(definition => definition.Kind),
    ];

    private readonly ConcurrentDictionary<Caller, Remembered> _remembered = new();

    /// <summary>What a principal may do.</summary>
    public ValueTask<PrincipalAccess> OfAsync(Caller caller, CancellationToken cancellationToken)
    {
        var total = changes.Generation(caller.OrganizationId);
        if (_remembered.TryGetValue(caller, out var known) && IsGoodAt(known, total, caller.OrganizationId))
            return ValueTask.FromResult(known.Access);
        return ReadAsync(caller, total, cancellationToken);
    }

    private async ValueTask<PrincipalAccess> ReadAsync(Caller caller, long total, CancellationToken cancellationToken)
    {
        // The generations are read first: what is found afterwards is at least as new.
        var generation = Generation(caller.OrganizationId);
        var related = resources.Reader(caller.OrganizationId, cancellationToken);
        var access = await PrincipalPolicies.ReadAsync(related, caller);
        if (_remembered.Count >= MaxRemembered)
            _remembered.Clear();
        _remembered[caller] = new Remembered(access, generation) { Total = total };
        return access;
    }

    private long Generation(string organizationId) => _kinds.Sum(kind => changes.Generation(organizationId, kind));

    // Most changes of an organization are of other kinds: only then are the generations added up.
    private bool IsGoodAt(Remembered known, long total, string organizationId)
    {
        if (known.Total == total)
            return true;
        if (Generation(organizationId) != known.Generation)
            return false;
        known.Total = total;
        return true;
    }

    private sealed class Remembered(PrincipalAccess access, long generation)
    {
        internal PrincipalAccess Access => access;

        internal long Generation => generation;

        /// <summary>The change of the organization up to which it is known to be good.</summary>
        internal long Total { get; set; }
    }
}
