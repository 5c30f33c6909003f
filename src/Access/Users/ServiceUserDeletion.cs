using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.Users;

/// <summary>Deletes service users with their attached policies and access keys.</summary>
public sealed class ServiceUserDeletion(ResourceService resources, ServiceUserKeys keys)
{
    /// <summary>Deletes a service user, its attached policies and its access keys.</summary>
    /// <returns>The service user as it was.</returns>
    /// <exception cref="NotFoundException">There is no such service user.</exception>
    /// <exception cref="RefusedException">It is the caller, or the last administrator.</exception>
    public async Task<ServiceUser> DeleteAsync(Granting by, string id)
    {
        if (by.Caller.Type == PrincipalType.Serviceuser && by.Caller.PrincipalId == id)
            throw new RefusedException(new Issue(
                "own", "", "A service user cannot delete itself", IssueKind.Conflict));
        var user = await by.Related.FindAsync<ServiceUser>(id)
            ?? throw ResourceService.NotFound(ServiceUserResource.Definition, id);
        // Delete the keys last: they are unusable without their service user.
        await resources.ChangeAsync(
            by.Caller.OrganizationId, by.Caller.AuditName, by.Cancelled,
            async change =>
            {
                await AttachedPolicies.DetachAllAsync(change, PrincipalType.Serviceuser, id);
                return await change.DeleteAsync(ServiceUserResource.Definition, id);
            },
            by.Caller.OrganizationId);
        await keys.DeleteAllAsync(by, id);
        return user;
    }
}
