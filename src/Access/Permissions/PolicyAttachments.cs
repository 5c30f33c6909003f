using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Attaches policies to principals and detaches them, if the caller may grant or revoke their permissions.
/// </summary>
public sealed class PolicyAttachments(ResourceService resources)
{
    /// <summary>Attaches a policy to a principal. Does nothing if it is already attached.</summary>
    /// <param name="by">The request.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="type">Kind of the principal.</param>
    /// <param name="principalId">UUID of the principal; null for the support users.</param>
    /// <exception cref="ForbiddenException">The policy grants permissions that the caller does not have.</exception>
    /// <exception cref="RefusedException">
    /// The principal does not exist, or the organization would lose its last administrator.
    /// </exception>
    public async Task<PrincipalPermission> AttachAsync(
        Granting by, PermissionPolicy policy, PrincipalType type, string? principalId)
    {
        RequireVisible(by, type, principalId);
        if (!await Principals.ExistsAsync(by.Related, type, principalId))
            throw new RefusedException(
                Issue.UnknownReference("principalId", Principals.Words(type), principalId ?? ""));
        GrantRules.CheckGranted(by, [.. PermissionStatements.Rules(policy.Statements)]);
        var proposed = new PrincipalPermission
        {
            PermissionPolicyId = policy.Id,
            PrincipalId = principalId,
            PrincipalType = type,
        };
        return await AttachedPolicies.FindAsync(by.Related, policy.Id, type, principalId)
            ?? (PrincipalPermission)await resources.CreateAsync(
                PrincipalPermissionResource.Definition, by.Caller.OrganizationId, by.Caller.AuditName, proposed,
                by.Cancelled);
    }

    /// <summary>Detaches a policy from a principal.</summary>
    /// <param name="by">The request.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="type">Kind of the principal.</param>
    /// <param name="principalId">UUID of the principal; null for the support users.</param>
    /// <returns>The attachment that was deleted.</returns>
    /// <exception cref="NotFoundException">The policy is not attached to the principal.</exception>
    /// <exception cref="ForbiddenException">The policy denies permissions that the caller does not have.</exception>
    /// <exception cref="RefusedException">The organization would lose its last administrator.</exception>
    public async Task<Resource> DetachAsync(
        Granting by, PermissionPolicy policy, PrincipalType type, string? principalId)
    {
        RequireVisible(by, type, principalId);
        var attached = await AttachedPolicies.FindAsync(by.Related, policy.Id, type, principalId)
            ?? throw new NotFoundException(
                $"Policy '{policy.Id}' is not attached to the {Principals.Words(type)}");
        GrantRules.CheckRevoked(by, PermissionStatements.Rules(policy.Statements));
        return await resources.DeleteAsync(
            PrincipalPermissionResource.Definition, by.Caller.OrganizationId, by.Caller.AuditName, attached.Id,
            by.Cancelled);
    }

    private static void RequireVisible(Granting by, PrincipalType type, string? principalId)
    {
        if (principalId is not null)
            EntityPermissions.Require(
                by.Grants,
                type switch
                {
                    PrincipalType.User => OrgUserResource.Definition,
                    PrincipalType.Usergroup => ResourceGroupResource.Definition,
                    _ => ServiceUserResource.Definition,
                },
                ("principalId", principalId));
    }
}
