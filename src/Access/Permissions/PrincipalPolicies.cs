using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Users;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>Collects the rules of a principal's policies.</summary>
internal static class PrincipalPolicies
{
    /// <summary>Reads the permissions of a principal from the store.</summary>
    public static async ValueTask<PrincipalAccess> ReadAsync(IResourceReader related, Caller caller)
    {
        if (await FindAsync(related, caller.Type, caller.PrincipalId) is not { } principal)
        {
            return Refused(caller.Type == PrincipalType.Serviceuser
                ? "the service user of the token was deleted" : "you are not a user of the organization");
        }
        var groups = principal.Rules.Any(rule => rule.Pattern.Scope == PatternScope.Group)
            ? await GroupMembers.ReadAsync(related)
            : GroupMembers.None;
        return new PrincipalAccess(new Grants(principal.Rules, groups.Of), null, principal);
    }

    /// <summary>
    /// The permissions of anyone who acts as the principal. A support user counts as having all permissions, because
    /// support may be granted more later.
    /// </summary>
    public static async ValueTask<IReadOnlyList<PermissionRule>> RulesOfAsync(
        IResourceReader related, PrincipalType type, string id) =>
        await FindAsync(related, type, id) switch
        {
            null => [],
            { IsSupport: true } => [PermissionRule.Everything],
            { } principal => principal.Rules,
        };

    /// <summary>The rules of all policies attached to any of the principals.</summary>
    public static async ValueTask<IReadOnlyList<PermissionRule>> RulesAsync(
        IResourceReader related, IReadOnlyList<string> principals)
    {
        var attached = await related.ListAsync<PrincipalPermission>(new Condition.In("principal", principals));
        var policies = await related.ListAsync<PermissionPolicy>(
            new Condition.In("id", [.. attached.Select(one => one.PermissionPolicyId).Distinct()]));
        return [.. policies.SelectMany(policy => PermissionStatements.Rules(policy.Statements))];
    }

    private static async ValueTask<RosterEntry?> FindAsync(IResourceReader related, PrincipalType type, string id)
    {
        var user = type == PrincipalType.User ? await related.FindAsync<OrgUser>(id) : null;
        if (user is null && (type == PrincipalType.User || await related.FindAsync<ServiceUser>(id) is null))
            return null;
        return (await AccessFacts.ReadAsync(related, type, id, user)).Of(type, id, user);
    }

    private static PrincipalAccess Refused(string because) => new(Grants.Nothing, $"Forbidden: {because}", null);
}
