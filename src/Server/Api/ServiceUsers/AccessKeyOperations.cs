using System.Text.Json;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Auth;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.ServiceUsers;

/// <summary>
/// Access keys of service users. To replace a key, callers create a second one and then deactivate the first.
/// </summary>
internal sealed class AccessKeyOperations(ResourceService resources, ServiceUserKeys keys)
{
    private const string Resource = "config:serviceUserCredentials";
    private const string Path = "/organizations/{orgId}/serviceusers/{id}/credentials";
    private static readonly ApiSchema Answer = new("AccessKey", JsonShapes.Of(typeof(AccessKeyAnswer)));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Operation(PermissionAction.ConfigRetrieve, "GET", Path, "ListAccessKeys", "List access keys",
            o => o.ListAsync) with
        {
            Answer = Answer with { IsPage = true },
            Description = $"Returns all access keys, at most {ServiceUserKeys.MaxKeys}, without their secrets.",
        },
        Operation(PermissionAction.ConfigCreate, "POST", Path, "PostAccessKey", "Generate an access key",
            o => o.CreateAsync)
            with
        {
            Description = "Returns the `apiSecret`, which is shown only once. The request has no body. Returns 403 if "
                + "the service user has more permissions than you.",
        },
        Operation(PermissionAction.ConfigRetrieve, "GET", Path + "/{credentialId}", "GetAccessKey",
            "Retrieve an access key", o => o.GetAsync),
        Operation(PermissionAction.ConfigDelete, "DELETE", Path + "/{credentialId}", "DeleteAccessKey",
            "Delete an access key", o => o.DeleteAsync),
        Operation(PermissionAction.ConfigUpdate, "PUT", Path + "/{credentialId}/activate", "ActivateAccessKey",
            "Activate an access key", o => call => o.SetAsync(call, AccessKeyStatus.Active)),
        Operation(PermissionAction.ConfigUpdate, "PUT", Path + "/{credentialId}/deactivate", "DeactivateAccessKey",
            "Deactivate an access key", o => call => o.SetAsync(call, AccessKeyStatus.Inactive)) with
        {
            Description = "Revokes its tokens. Returns 403 if the service user has more permissions than you, and 409 "
                + "for the last key of the last administrator.",
        },
    ];

    private static ApiOperation Operation(
        PermissionAction action, string method, string path, string id, string summary,
        Func<AccessKeyOperations, Func<ApiCall, Task>> handle) =>
        new(method, path, id, ServiceUserOperations.Tag, summary, Answer, Run.By(handle))
        {
            Permission = path.Contains("{credentialId}", StringComparison.Ordinal)
                ? Permission.On(action, Resource).Item("credentialId") : Permission.On(action, Resource),
            AlsoNeeds = [EntityPermissions.Retrieve(ServiceUserResource.Definition).Item()],
        };

    private async Task ListAsync(ApiCall call)
    {
        var user = await FindUserAsync(call);
        var found = await keys.ListAsync(call.OrganizationId, user.Id, call.Cancelled);
        await JsonAnswer.WritePageAsync(call.Http, [.. found.Select(key => Json(AccessKeyAnswer.Of(key)))], null);
    }

    private async Task GetAsync(ApiCall call) => await AnswerAsync(call, await FindAsync(call));

    private async Task CreateAsync(ApiCall call)
    {
        var (created, secret) = await keys.CreateAsync(resources.Granting(call), await FindUserAsync(call));
        call.Http.Response.Headers.CacheControl = "no-store";
        await call.AnswerAsync(Json(AccessKeyAnswer.Of(created, secret)));
    }

    private async Task DeleteAsync(ApiCall call)
    {
        var key = await FindAsync(call);
        await keys.DeleteAsync(resources.Granting(call), key);
        await AnswerAsync(call, key);
    }

    private async Task SetAsync(ApiCall call, AccessKeyStatus status) => await AnswerAsync(
        call, await keys.SetStatusAsync(resources.Granting(call), await FindAsync(call), status));

    private async ValueTask<ServiceUser> FindUserAsync(ApiCall call) =>
        await resources.Reader(call).FindAsync<ServiceUser>(call.Route("id"))
        ?? throw ResourceService.NotFound(ServiceUserResource.Definition, call.Route("id"));

    private async ValueTask<AccessKey> FindAsync(ApiCall call) => await keys.FindAsync(
        await FindUserAsync(call), call.OrganizationId, call.Route("credentialId"), call.Cancelled);

    private static Task AnswerAsync(ApiCall call, AccessKey key) => call.AnswerAsync(Json(AccessKeyAnswer.Of(key)));

    private static ReadOnlyMemory<byte> Json(AccessKeyAnswer answer) =>
        JsonSerializer.SerializeToUtf8Bytes(answer, AuthJson.Format.AccessKeyAnswer);
}
