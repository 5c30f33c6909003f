using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Invitations;

/// <summary>The permissions of an invitation, and whether its sender may grant them.</summary>
internal static class InvitationGrants
{
    /// <summary>
    /// The rules gained by accepting. Support users receive whatever is granted to support later, so inviting one
    /// requires all permissions.
    /// </summary>
    public static async ValueTask<IReadOnlyList<PermissionRule>> RulesAsync(
        IResourceReader related, OrgUserInvitation invitation)
    {
        if (invitation.IsSupport == true)
            return [PermissionRule.Everything];
        var policies = await related.ListAsync<PermissionPolicy>(
            new Condition.In("id", invitation.PermissionPolicyIds ?? []));
        return [.. policies.SelectMany(policy => PermissionStatements.Rules(policy.Statements))];
    }

    /// <summary>Refuses an invitation that grants more than its sender may grant at present.</summary>
    public static async ValueTask CheckInviterAsync(
        IResourceReader related, IResourceReader installation, string organizationId, OrgUserInvitation invitation,
        Instant now)
    {
        var rules = await RulesAsync(related, invitation);
        if (rules.Count == 0)
            return;
        var roster = await AccessRoster.ReadAsync(related);
        var id = invitation.InvitingPrincipalId ?? "";
        var inviter = roster.Find(PrincipalType.User, id) ?? roster.Find(PrincipalType.Serviceuser, id);
        if (!await SignIns.IsActiveAsync(installation, organizationId, inviter, now)
            || new Grants(inviter!.Rules, (_, _) => []).FirstNotCovered(rules.Where(rule => !rule.IsDeny), rules)
                is not null)
            throw new ForbiddenException(
                "Forbidden: the sender of this invitation no longer has the permissions that it grants. Ask for a new "
                    + "invitation");
    }
}
