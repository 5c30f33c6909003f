using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>The policies attached to a principal.</summary>
public static class AttachedPolicies
{
    /// <summary>The attachment of a policy to a principal, or null.</summary>
    public static async ValueTask<PrincipalPermission?> FindAsync(
        IResourceReader related, string policyId, PrincipalType type, string? id) =>
        (await related.ListAsync<PrincipalPermission>(Condition.Equal(
            "principal", PrincipalPermission.PrincipalKey(type, id))))
            .FirstOrDefault(one => one.PermissionPolicyId == policyId);

    /// <summary>Detaches all of them.</summary>
    public static async ValueTask DetachAllAsync(ResourceChange change, PrincipalType type, string id)
    {
        foreach (var attached in await OfAsync(change.Related, type, id))
            await change.DeleteAsync(PrincipalPermissionResource.Definition, attached.Id);
    }

    /// <summary>The policy attachments of a principal.</summary>
    public static ValueTask<IReadOnlyList<PrincipalPermission>> OfAsync(
        IResourceReader related, PrincipalType type, string? id) => related.ListAsync<PrincipalPermission>(
        Condition.Equal("principal", PrincipalPermission.PrincipalKey(type, id)));
}
