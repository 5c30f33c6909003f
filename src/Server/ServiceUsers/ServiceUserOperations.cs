using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Http;
using Tallystick.Server.Permissions;
using Tallystick.Server.Resources;

namespace Tallystick.Server.ServiceUsers;

/// <summary>Programs that call the API. The published contract has no operations for them.</summary>
internal static class ServiceUserOperations
{
    /// <summary>The heading of the API document that they stand under.</summary>
    internal const string Tag = "ServiceUser";

    private static readonly ResourceDefinition<ServiceUser> Definition = ServiceUserResource.Definition;

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        ResourceOperations.List(Definition),
        ResourceOperations.Create(Definition),
        ResourceOperations.Retrieve(Definition),
        ResourceOperations.Update(Definition),
        ResourceOperations.Delete(Definition, DeleteAsync) with
        {
            AlsoNeeds = [Sight.Delete(AccessKeyResource.Definition)],
            Description = "Deletes its access keys too: its tokens are refused from now on. Refused with 403 when it "
                + "may do more than you, and with 409 for the last administrator.",
        },
        new(
            "GET", "/organizations/{orgId}/serviceusers/{id}/permissions", "ListServiceUserPermissions", Tag,
            "List the policies of a service user", ResourceOperations.Page(PermissionPolicyResource.Definition),
            PermissionsAsync)
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:serviceUser").Item(),
            AlsoNeeds = [Sight.Retrieve(PermissionPolicyResource.Definition).Visible()],
        },
        .. AccessKeyOperations.All,
    ];

    private static async Task PermissionsAsync(ApiCall call)
    {
        await call.Service<ResourceService>().FindJsonAsync(
            Definition, call.OrganizationId, call.Route("id"), call.Cancelled);
        await PolicyLists.AnswerAsync(
            call, PrincipalType.Serviceuser, call.Route("id"), Definition.MaximumPageSize);
    }

    private static async Task DeleteAsync(ApiCall call)
    {
        var id = call.Route("id");
        if (call.Caller.Type == PrincipalType.Serviceuser && call.Caller.PrincipalId == id)
            throw new RefusedException(new Issue(
                "own", "", "A service user cannot delete itself", IssueKind.Conflict));
        var resources = call.Service<ResourceService>();
        var user = await resources.Reader(call.OrganizationId, call.Cancelled).FindAsync<ServiceUser>(id)
            ?? throw ResourceService.NotFound(Definition, id);
        // The keys come last: without their service user they open nothing.
        await resources.ChangeAsync(
            call.OrganizationId, call.Caller.AuditName, call.Cancelled,
            async change =>
            {
                await AttachedPolicies.DetachAllAsync(change, PrincipalType.Serviceuser, id);
                return await change.DeleteAsync(Definition, id);
            },
            call.OrganizationId);
        foreach (var key in await AccessKeyOperations.KeysAsync(call, id))
            await resources.ChangeAsync(
                AccessKeyResource.Installation, call.Caller.AuditName, call.Cancelled,
                change => change.DeleteAsync(AccessKeyResource.Definition, key.Id), call.OrganizationId);
        await call.AnswerAsync(Definition.Write(user));
    }
}
