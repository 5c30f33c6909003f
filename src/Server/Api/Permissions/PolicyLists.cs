using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Permissions;

/// <summary>Lists the policies attached to a principal.</summary>
internal sealed class PolicyLists(ResourceService resources, ResourceLists lists)
{
    /// <summary>Writes a page of the policies.</summary>
    internal async Task AnswerAsync(ApiCall call, PrincipalType type, string? id, int maximumPageSize)
    {
        var attached = await AttachedPolicies.OfAsync(resources.Reader(call), type, id);
        await lists.AnswerAsync(
            call, PermissionPolicyResource.Definition,
            Condition.And(
                new Condition.In("id", [.. attached.Select(one => one.PermissionPolicyId)]),
                EntityPermissions.Visible(call.Grants, PermissionPolicyResource.Definition)),
            maximumPageSize);
    }
}
