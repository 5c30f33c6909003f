using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Groups;

/// <summary>The permissions gained or lost by adding something to a group or removing it.</summary>
public static class GroupGrants
{
    /// <summary>
    /// Refuses a new member by which a principal would gain permissions that the caller does not have.
    /// </summary>
    /// <param name="by">The request.</param>
    /// <param name="group">The group.</param>
    /// <param name="joining">The new member, an entity or a group.</param>
    public static async ValueTask CheckJoiningAsync(Granting by, ResourceGroup group, ResourcePattern joining) =>
        GrantRules.CheckGranted(by, await RulesAsync(by, group, joining));

    /// <summary>Refuses a removal that would lift a deny of permissions that the caller does not have.</summary>
    public static async ValueTask CheckLeavingAsync(Granting by, ResourceGroup group, ResourcePattern leaving) =>
        GrantRules.CheckRevoked(by, await RulesAsync(by, group, leaving));

    /// <summary>Ids of the policies that are attached to the group or refer to it.</summary>
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

    // Members of a user group have its policies; other groups are referred to by policies of any principal.
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

    // Statements of policies, users and support.
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
