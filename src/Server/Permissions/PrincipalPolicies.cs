using Tallystick.Foundation.Resources;
using Tallystick.Server.Auth;

namespace Tallystick.Server.Permissions;

/// <summary>Gathers what the policies of a principal say.</summary>
internal static class PrincipalPolicies
{
    private static readonly Grants Nothing = new([], (_, _) => []);

    /// <summary>What a principal may do, from the store.</summary>
    internal static async ValueTask<PrincipalAccess> ReadAsync(IResourceReader related, Caller caller)
    {
        if (await related.FindAsync<ServiceUser>(caller.PrincipalId) is null)
            return new PrincipalAccess(Nothing, "Forbidden: the service user of the token was deleted", null);
        var rules = await RulesAsync(related, [PrincipalPermission.PrincipalKey(caller.Type, caller.PrincipalId)]);
        return new PrincipalAccess(new Grants(rules, (_, _) => []), null, null);
    }

    /// <summary>The rules of all policies attached to any of the principals.</summary>
    internal static async ValueTask<IReadOnlyList<PermissionRule>> RulesAsync(
        IResourceReader related, IReadOnlyList<string> principals)
    {
        var attached = await related.ListAsync<PrincipalPermission>(new Condition.In("principal", principals));
        var policies = await related.ListAsync<PermissionPolicy>(
            new Condition.In("id", [.. attached.Select(one => one.PermissionPolicyId).Distinct()]));
        return [.. policies.SelectMany(policy => PermissionStatements.Rules(policy.Statements))];
    }
}
