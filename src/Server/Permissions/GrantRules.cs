using Tallystick.Foundation.Resources;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Permissions;

/// <summary>Nobody gives more than they have: neither by writing a policy nor by attaching one.</summary>
internal static class GrantRules
{
    /// <summary>Refuses an entity by which somebody would gain what the caller does not have.</summary>
    /// <exception cref="ForbiddenException">It would; the message names what.</exception>
    internal static async ValueTask CheckAsync(ApiCall call, ResourceDefinition definition, Resource proposed)
    {
        if (proposed is PermissionPolicy policy)
            await CheckPolicyAsync(call, policy);
    }

    /// <summary>Refuses what gives the rules of a policy to somebody.</summary>
    internal static void CheckGiven(ApiCall call, IReadOnlyList<PermissionRule> rules) =>
        Check(call, rules.Where(rule => !rule.IsDeny), rules);

    /// <summary>Refuses what takes the rules of a policy from somebody: to lift a deny is to give.</summary>
    internal static void CheckTaken(ApiCall call, IEnumerable<PermissionRule> rules) =>
        Check(call, rules.Where(rule => rule.IsDeny), []);

    private static async ValueTask CheckPolicyAsync(ApiCall call, PermissionPolicy proposed)
    {
        var issues = new Foundation.Values.Issues();
        PermissionStatements.Check(proposed.Statements, "permissionPolicy", issues);
        issues.ThrowIfAny();
        var rules = PermissionStatements.Rules(proposed.Statements).ToList();
        CheckGiven(call, rules);
        // Another version than this one is refused afterwards.
        if (call.Http.Request.RouteValues.TryGetValue("id", out var id)
            && await call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled)
                .FindAsync<PermissionPolicy>((string?)id) is { } current)
            CheckTaken(call, PermissionStatements.Rules(current.Statements).Except(rules));
    }

    private static void Check(
        ApiCall call, IEnumerable<PermissionRule> given, IReadOnlyList<PermissionRule> withheld)
    {
        if (call.Grants.FirstBeyond(given, withheld) is { } beyond)
            throw new ForbiddenException(
                $"Forbidden: this would give more than you have, namely {beyond.Describe()}");
    }
}
