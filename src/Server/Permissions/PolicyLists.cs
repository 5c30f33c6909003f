using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Permissions;

/// <summary>Answers with the policies attached to a principal.</summary>
internal static class PolicyLists
{
    /// <summary>Answers with a page of the policies.</summary>
    internal static async Task AnswerAsync(ApiCall call, PrincipalType type, string? id, int maximumPageSize)
    {
        var related = call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled);
        var policies = (await AttachedPolicies.OfAsync(related, type, id)).Select(one => one.PermissionPolicyId);
        await ListRequest.AnswerAsync(
            call, PermissionPolicyResource.Definition,
            Condition.And(
                new Condition.In("id", [.. policies]), Sight.Visible(call.Grants, PermissionPolicyResource.Definition)),
            maximumPageSize);
    }
}
