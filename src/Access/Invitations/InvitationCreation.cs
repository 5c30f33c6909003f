using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.Invitations;

/// <summary>Invites people to an organization.</summary>
public sealed class InvitationCreation(ResourceService resources)
{
    private static readonly Duration GoodFor = Duration.FromDays(30);

    /// <summary>Creates an invitation.</summary>
    /// <returns>The invitation, and the secret of its link, of which only a hash is kept.</returns>
    /// <exception cref="ForbiddenException">It would give what the caller does not have.</exception>
    /// <exception cref="RefusedException">The rules forbid it.</exception>
    public async Task<(OrgUserInvitation Invitation, string Token)> CreateAsync(
        Granting by, OrgUserInvitation proposed)
    {
        await CheckAsync(by, proposed);
        var token = SecretHash.NewText(48);
        var created = await resources.CreateAsync(
            OrgUserInvitationResource.Definition, by.Caller.OrganizationId, by.Caller.AuditName,
            proposed with
            {
                DtExpiry = proposed.DtExpiry ?? by.Now + GoodFor,
                InvitingPrincipalId = by.Caller.PrincipalId,
                TokenHash = SecretHash.Of(token),
            },
            by.Cancelled);
        return ((OrgUserInvitation)created, token);
    }

    /// <summary>Keeps that the link of an invitation was mailed: who has it reads the mail of the address.</summary>
    public async Task<OrgUserInvitation> SetMailedAsync(Granting by, OrgUserInvitation invitation) =>
        (OrgUserInvitation)await resources.UpdateAsync(
            OrgUserInvitationResource.Definition, by.Caller.OrganizationId, by.Caller.AuditName, invitation.Id,
            invitation with { IsMailed = true }, by.Cancelled);

    private static async ValueTask CheckAsync(Granting by, OrgUserInvitation proposed)
    {
        var issues = new Issues();
        // Whether the person has a login already makes no difference: the answer would tell.
        if (proposed.IsSupport != true && proposed.FirstName is null)
            issues.Add("required", "firstName", "is required");
        if (proposed.IsSupport != true && proposed.LastName is null)
            issues.Add("required", "lastName", "is required");
        if (proposed.DtExpiry <= by.Now)
            issues.Add("range", "dtExpiry", "must be in the future");
        issues.ThrowIfAny();
        Sight.Require(
            by.Grants, PermissionPolicyResource.Definition,
            [.. (proposed.PermissionPolicyIds ?? []).Select((id, index) => ($"permissionPolicyIds[{index}]", id))]);
        GrantRules.CheckGiven(by, await InvitationGrants.RulesAsync(by.Related, proposed));
    }
}
