using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Permissions;

/// <summary>
/// Decides whether a caller may run an operation. What a principal may do is read once and kept until a policy, an
/// attachment or a principal of its organization changes: a request costs two look-ups in memory.
/// </summary>
internal sealed class AccessControl(ResourceService resources, ChangeFeed changes, IClock clock)
{
    private const int MostRemembered = 100_000;

    /// <summary>The kinds whose changes may change what a principal may do.</summary>
    private static readonly string[] Kinds =
        [.. AllKinds.Catalog.All.Where(definition => definition.IsOfAccess).Select(definition => definition.Kind)];

    private readonly ConcurrentDictionary<Caller, Remembered> _remembered = new();

    /// <summary>The call of an operation, if the caller may make it.</summary>
    /// <exception cref="ForbiddenException">The caller may not; the message names what is missing.</exception>
    internal async ValueTask<ApiCall> AuthorizeAsync(HttpContext context, Caller caller, ApiOperation operation)
    {
        var access = await OfAsync(caller, context.RequestAborted);
        if (access.RefusalAt(clock) is { } refusal)
            throw new ForbiddenException(refusal);
        var visible = Demand(access.Grants, operation.Permission, context);
        foreach (var permission in operation.AlsoNeeds)
            Demand(access.Grants, permission, context);
        return new ApiCall(context, caller, access.Grants, visible);
    }

    /// <summary>What a principal may do.</summary>
    internal ValueTask<PrincipalAccess> OfAsync(Caller caller, CancellationToken cancellationToken)
    {
        var total = changes.Generation(caller.OrganizationId);
        if (_remembered.TryGetValue(caller, out var known) && known.IsGoodAt(total, changes, caller.OrganizationId))
            return ValueTask.FromResult(known.Access);
        return ReadAsync(caller, total, cancellationToken);
    }

    // What of a list the caller may see; null for all.
    private static Condition? Demand(Grants grants, Permission permission, HttpContext context)
    {
        if (permission.Scope == PermissionScope.Nothing)
            return null;
        var reach = grants.Of(permission);
        var item = permission.ItemRoute is { } route ? (string)context.Request.RouteValues[route]! : null;
        var isPermitted = permission.Scope switch
        {
            PermissionScope.Item => reach.Holds(item!),
            PermissionScope.Visible => !reach.IsNone,
            _ => reach.IsWhole,
        };
        if (!isPermitted)
            throw new ForbiddenException($"Forbidden: this needs the permission {permission.Describe(item)}");
        return permission.Scope == PermissionScope.Visible ? reach.Where() : null;
    }

    private async ValueTask<PrincipalAccess> ReadAsync(Caller caller, long total, CancellationToken cancellationToken)
    {
        // The generations are read first: what is found afterwards is at least as new.
        var generation = Generation(changes, caller.OrganizationId);
        var related = resources.Reader(caller.OrganizationId, cancellationToken);
        var access = await PrincipalPolicies.ReadAsync(related, caller);
        if (_remembered.Count >= MostRemembered)
            _remembered.Clear();
        _remembered[caller] = new Remembered(access, generation) { Total = total };
        return access;
    }

    private static long Generation(ChangeFeed changes, string organizationId)
    {
        var sum = 0L;
        foreach (var kind in Kinds)
            sum += changes.Generation(organizationId, kind);
        return sum;
    }

    private sealed class Remembered(PrincipalAccess access, long generation)
    {
        internal PrincipalAccess Access => access;

        /// <summary>The change of the organization up to which it is known to be good.</summary>
        internal long Total { get; set; }

        // Most changes of an organization are of other kinds: only then are the generations added up.
        internal bool IsGoodAt(long total, ChangeFeed changes, string organizationId)
        {
            if (Total == total)
                return true;
            if (Generation(changes, organizationId) != generation)
                return false;
            Total = total;
            return true;
        }
    }
}
