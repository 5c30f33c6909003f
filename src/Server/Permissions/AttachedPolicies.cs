using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Permissions;

/// <summary>The policies attached to a principal.</summary>
internal static class AttachedPolicies
{
    /// <summary>Answers with a page of the policies.</summary>
    internal static async Task AnswerAsync(ApiCall call, PrincipalType type, string? id, int maximumPageSize)
    {
        var related = call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled);
        var policies = (await OfAsync(related, type, id)).Select(one => one.PermissionPolicyId);
        await ListRequest.AnswerAsync(
            call, PermissionPolicyResource.Definition,
            Condition.And(
                new Condition.In("id", [.. policies]), Sight.Visible(call, PermissionPolicyResource.Definition)),
            maximumPageSize);
    }

    /// <summary>Attaches a policy; one that is attached already stays so.</summary>
    internal static async ValueTask<PrincipalPermission> AttachAsync(
        ResourceService resources, IResourceReader related, string organizationId, string by,
        PrincipalPermission proposed, CancellationToken cancellationToken) =>
        await FindAsync(related, proposed.PermissionPolicyId, proposed.PrincipalType, proposed.PrincipalId)
        ?? (PrincipalPermission)await resources.CreateAsync(
            PrincipalPermissionResource.Definition, organizationId, by, proposed, cancellationToken);

    /// <summary>The attachment of a policy to a principal, or null.</summary>
    internal static async ValueTask<PrincipalPermission?> FindAsync(
        IResourceReader related, string policyId, PrincipalType type, string? id) =>
        (await related.ListAsync<PrincipalPermission>(Condition.Equal(
            "principal", PrincipalPermission.PrincipalKey(type, id))))
            .FirstOrDefault(one => one.PermissionPolicyId == policyId);

    /// <summary>Detaches all of them.</summary>
    internal static async ValueTask DetachAllAsync(ResourceChange change, PrincipalType type, string id)
    {
        foreach (var attached in await OfAsync(change.Related, type, id))
            await change.DeleteAsync(PrincipalPermissionResource.Definition, attached.Id);
    }

    private static ValueTask<IReadOnlyList<PrincipalPermission>> OfAsync(
        IResourceReader related, PrincipalType type, string? id) => related.ListAsync<PrincipalPermission>(
        Condition.Equal("principal", PrincipalPermission.PrincipalKey(type, id)));
}
