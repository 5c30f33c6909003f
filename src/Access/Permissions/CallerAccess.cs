using System.Collections.Concurrent;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.Permissions;

/// <summary>
/// The permissions of callers, cached until a policy, an attachment or a principal of the organization changes. A
/// request costs two look-ups in memory.
/// </summary>
public sealed class CallerAccess(ResourceService resources, ChangeFeed changes)
{
    private const int MaxRemembered = 100_000;

    /// <summary>The kinds whose changes can affect permissions.</summary>
    private readonly string[] _kinds =
    [
        .. resources.Catalog.All.Where(definition => definition.DefinesPermissions)
            .Select(definition => definition.Kind),
    ];

    private readonly ConcurrentDictionary<Caller, Remembered> _remembered = new();

    /// <summary>The permissions of a principal.</summary>
    public ValueTask<PrincipalAccess> OfAsync(Caller caller, CancellationToken cancellationToken)
    {
        var total = changes.Generation(caller.OrganizationId);
        if (_remembered.TryGetValue(caller, out var known) && IsGoodAt(known, total, caller.OrganizationId))
            return ValueTask.FromResult(known.Access);
        return ReadAsync(caller, total, cancellationToken);
    }

    private async ValueTask<PrincipalAccess> ReadAsync(Caller caller, long total, CancellationToken cancellationToken)
    {
        // The generations are read first, so that the data is at least as new.
        var generation = Generation(caller.OrganizationId);
        var related = resources.Reader(caller.OrganizationId, cancellationToken);
        var access = await PrincipalPolicies.ReadAsync(related, caller);
        if (_remembered.Count >= MaxRemembered)
            _remembered.Clear();
        _remembered[caller] = new Remembered(access, generation) { Total = total };
        return access;
    }

    private long Generation(string organizationId) => _kinds.Sum(kind => changes.Generation(organizationId, kind));

    // Most changes of an organization are of other kinds, so this check avoids summing up the generations.
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

        /// <summary>The latest change of the organization for which it is known to be valid.</summary>
        internal long Total { get; set; }
    }
}
