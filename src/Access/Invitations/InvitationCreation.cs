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
    /// <returns>The invitation and the secret of its link. Only a hash of the secret is stored.</returns>
    /// <exception cref="ForbiddenException">It would grant permissions that the caller does not have.</exception>
    /// <exception cref="RefusedException">The rules do not allow it.</exception>
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

    /// <summary>Records that the link was sent by e-mail, so that only the owner of the address has it.</summary>
    public async Task<OrgUserInvitation> SetMailedAsync(Granting by, OrgUserInvitation invitation) =>
        (OrgUserInvitation)await resources.UpdateAsync(
            OrgUserInvitationResource.Definition, by.Caller.OrganizationId, by.Caller.AuditName, invitation.Id,
            invitation with { IsMailed = true }, by.Cancelled);

    private static async ValueTask CheckAsync(Granting by, OrgUserInvitation proposed)
    {
        var issues = new Issues();
        // Required even if the person already has a login, because the response would otherwise reveal that.
        if (proposed.IsSupport != true && proposed.FirstName is null)
            issues.Add("required", "firstName", "is required");
        if (proposed.IsSupport != true && proposed.LastName is null)
            issues.Add("required", "lastName", "is required");
        if (proposed.DtExpiry <= by.Now)
            issues.Add("range", "dtExpiry", "must be in the future");
        issues.ThrowIfAny();
        EntityPermissions.Require(
            by.Grants, PermissionPolicyResource.Definition,
            [.. (proposed.PermissionPolicyIds ?? []).Select((id, index) => ($"permissionPolicyIds[{index}]", id))]);
        GrantRules.CheckGranted(by, await InvitationGrants.RulesAsync(by.Related, proposed));
    }
}
