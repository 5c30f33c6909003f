using NodaTime;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.Users;

namespace Tallystick.Server.Permissions;

/// <summary>Gathers what the policies of a principal say.</summary>
internal static class PrincipalPolicies
{
    /// <summary>What a principal may do, from the store.</summary>
    internal static async ValueTask<PrincipalAccess> ReadAsync(IResourceReader related, Caller caller)
    {
        if (caller.Type == PrincipalType.Serviceuser)
        {
            return await related.FindAsync<ServiceUser>(caller.PrincipalId) is null
                ? Refused("the service user of the token was deleted")
                : new PrincipalAccess(await GrantsAsync(related, caller.Type, caller.PrincipalId), null, null);
        }
        if (await related.FindAsync<OrgUser>(caller.PrincipalId) is not { } user)
            return Refused("you are not a user of the organization");
        var ends = user.DtEndAccess;
        if (user.SupportUser == true)
            ends = Instant.Min(ends ?? Instant.MaxValue, await SupportEndsAsync(related));
        return new PrincipalAccess(await GrantsAsync(related, caller.Type, caller.PrincipalId), null, ends);
    }

    /// <summary>The rules of all policies of a principal, through groups too, and of its own statements.</summary>
    internal static async ValueTask<IReadOnlyList<PermissionRule>> RulesOfAsync(
        IResourceReader related, PrincipalType type, string id)
    {
        var user = type == PrincipalType.User ? await related.FindAsync<OrgUser>(id) : null;
        if (user?.SupportUser == true)
            return await SupportRulesAsync(related);
        List<string> principals = [PrincipalPermission.PrincipalKey(type, id)];
        if (user is not null)
            principals.AddRange((await GroupMembers.ReadAsync(related)).Around(id)
                .Select(group => PrincipalPermission.PrincipalKey(PrincipalType.Usergroup, group)));
        return [.. await RulesAsync(related, principals), .. PermissionStatements.Rules(user?.PermissionPolicy)];
    }

    /// <summary>The rules of support users.</summary>
    internal static async ValueTask<IReadOnlyList<PermissionRule>> SupportRulesAsync(IResourceReader related)
    {
        var support = (await related.ListAsync<Support>(Condition.And())).FirstOrDefault();
        return
        [
            .. await RulesAsync(related, [PrincipalPermission.PrincipalKey(PrincipalType.Supportusers, null)]),
            .. PermissionStatements.Rules(support?.Statements),
        ];
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

    private static async ValueTask<Grants> GrantsAsync(IResourceReader related, PrincipalType type, string id)
    {
        var rules = await RulesOfAsync(related, type, id);
        var groups = rules.Any(rule => rule.Pattern.Scope == PatternScope.Group)
            ? await GroupMembers.ReadAsync(related)
            : GroupMembers.None;
        return new Grants(rules, groups.Of);
    }

    private static async ValueTask<Instant> SupportEndsAsync(IResourceReader related) =>
        (await related.ListAsync<Support>(Condition.And())).FirstOrDefault()?.DtEndSupportUsersAccess
        ?? Instant.MinValue;

    private static PrincipalAccess Refused(string because) => new(Grants.Nothing, $"Forbidden: {because}", null);
}
