using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Groups;

/// <summary>What is given by putting something into a group, and by taking it out.</summary>
public static class GroupGrants
{
    /// <summary>Refuses what would, by joining the group, give somebody more than the caller has.</summary>
    /// <param name="by">The request.</param>
    /// <param name="group">The group.</param>
    /// <param name="joining">The entity or group that joins it.</param>
    public static async ValueTask CheckJoiningAsync(Granting by, ResourceGroup group, ResourcePattern joining) =>
        GrantRules.CheckGiven(by, await RulesAsync(by, group, joining));

    /// <summary>Refuses what would, by leaving the group, lift a deny from what the caller does not have.</summary>
    public static async ValueTask CheckLeavingAsync(Granting by, ResourceGroup group, ResourcePattern leaving) =>
        GrantRules.CheckTaken(by, await RulesAsync(by, group, leaving));

    /// <summary>Ids of the policies that are attached to the group or name it.</summary>
    public static async ValueTask<IReadOnlyList<string>> PolicyIdsAsync(Granting by, ResourceGroup group)
    {
        var related = by.Related;
        var attached = await related.ListAsync<PrincipalPermission>(Condition.Equal(
            "principal", PrincipalPermission.PrincipalKey(PrincipalType.Usergroup, group.Id)));
        var naming = (await related.ListAsync<PermissionPolicy>(Condition.And())).Where(policy =>
            PermissionStatements.Rules(policy.Statements).Any(rule => IsAbout(rule.Pattern, group.Type, [group.Id])));
        return
        [
            .. attached.Select(one => one.PermissionPolicyId).Concat(naming.Select(policy => policy.Id)).Distinct(),
        ];
    }

    // Members of a user group have its policies; entities of another group are named by those of whomever.
    private static async ValueTask<IReadOnlyList<PermissionRule>> RulesAsync(
        Granting by, ResourceGroup group, ResourcePattern member)
    {
        var related = by.Related;
        var around = (await GroupMembers.ReadAsync(related)).AroundGroup(group.Id);
        var named = (await StatementsAsync(related)).SelectMany(PermissionStatements.Rules)
            .Where(rule => IsAbout(rule.Pattern, group.Type, around))
            .Select(rule => rule with { Pattern = member with { Type = rule.Pattern.Type } });
        var attached = group.Type == GroupTypes.User
            ? await PrincipalPolicies.RulesAsync(related, [.. around.Select(Key)])
            : [];
        return [.. named, .. attached];
    }

    // Those of policies, of users themselves, and of support.
    private static async ValueTask<IEnumerable<IEnumerable<PermissionStatement>>> StatementsAsync(
        IResourceReader related)
    {
        var policies = await related.ListAsync<PermissionPolicy>(Condition.And());
        var users = await related.ListAsync<OrgUser>(Condition.And());
        var support = await AccessFacts.FindSupportAsync(related);
        return
        [
            .. policies.Select(policy => policy.Statements),
            .. users.Select(user => user.PermissionPolicy ?? []),
            support?.Statements ?? [],
        ];
    }

    private static bool IsAbout(ResourcePattern pattern, string type, IReadOnlyCollection<string> groups) =>
        pattern.Scope == PatternScope.Group
        && (groups.Contains(pattern.Id) || (pattern.Id == "*" && IsOfType(pattern, type)));

    private static bool IsOfType(ResourcePattern pattern, string type) =>
        pattern.IsOfType(ResourceNames.Canonical($"config:{type}"));

    private static string Key(string groupId) => PrincipalPermission.PrincipalKey(PrincipalType.Usergroup, groupId);
}
