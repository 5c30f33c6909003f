using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Permissions;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.ServiceUsers;

/// <summary>Operations of service users, which are programs that call the API. Not in the published contract.</summary>
internal sealed class ServiceUserOperations(
    ResourceService resources, PolicyLists policies, ServiceUserDeletion deletion)
{
    /// <summary>The heading of these operations in the API document.</summary>
    internal const string Tag = "ServiceUser";

    private static readonly ResourceDefinition<ServiceUser> Definition = ServiceUserResource.Definition;

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        ResourceOperations.List(Definition),
        ResourceOperations.Create(Definition),
        ResourceOperations.Retrieve(Definition),
        ResourceOperations.Update(Definition),
        ResourceOperations.Delete(Definition, Run.By<ServiceUserOperations>(o => o.DeleteAsync)) with
        {
            AlsoNeeds = [EntityPermissions.Delete(AccessKeyResource.Definition)],
            Description = "Also deletes its access keys and revokes its tokens. Returns 403 if it has more permissions "
                + "than you, and 409 for the last administrator.",
        },
        new(
            "GET", "/organizations/{orgId}/serviceusers/{id}/permissions", "ListServiceUserPermissions", Tag,
            "List the policies of a service user", ResourceOperations.Page(PermissionPolicyResource.Definition),
            Run.By<ServiceUserOperations>(o => o.PermissionsAsync))
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:serviceUser").Item(),
            AlsoNeeds = [EntityPermissions.Retrieve(PermissionPolicyResource.Definition).Visible()],
        },
        .. AccessKeyOperations.All,
    ];

    private async Task PermissionsAsync(ApiCall call)
    {
        await resources.FindJsonAsync(call, Definition, call.Route("id"));
        await policies.AnswerAsync(
            call, PrincipalType.Serviceuser, call.Route("id"), Definition.MaximumPageSize);
    }

    private async Task DeleteAsync(ApiCall call) => await call.AnswerAsync(
        Definition.Write(await deletion.DeleteAsync(resources.Granting(call), call.Route("id"))));
}
