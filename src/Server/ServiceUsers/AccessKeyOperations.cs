using System.Text.Json;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;

namespace Tallystick.Server.ServiceUsers;

/// <summary>
/// Access keys of service users. A key is replaced by making a second one and then deactivating the first.
/// </summary>
internal static class AccessKeyOperations
{
    private const int MaxKeys = 50;
    private const string Resource = "config:serviceUserCredentials";
    private const string Path = "/organizations/{orgId}/serviceusers/{id}/credentials";
    private static readonly ApiSchema Answer = new("AccessKey", JsonShapes.Of(typeof(AccessKeyAnswer)));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Operation(PermissionAction.ConfigRetrieve, "GET", Path, "ListAccessKeys", "List access keys", ListAsync) with
        {
            Answer = Answer with { IsPage = true },
            Description = $"All of them, at most {MaxKeys}; never a secret.",
        },
        Operation(PermissionAction.ConfigCreate, "POST", Path, "PostAccessKey", "Generate an access key", CreateAsync)
            with
        {
            Description = "Answers with the `apiSecret`, this once: only a hash of it is kept. Needs no body. Refused "
                + "with 403 when the service user may do more than you.",
        },
        Operation(PermissionAction.ConfigRetrieve, "GET", Path + "/{credentialId}", "GetAccessKey",
            "Retrieve an access key", async call => await AnswerAsync(call, await FindAsync(call))),
        Operation(PermissionAction.ConfigDelete, "DELETE", Path + "/{credentialId}", "DeleteAccessKey",
            "Delete an access key", DeleteAsync),
        Operation(PermissionAction.ConfigUpdate, "PUT", Path + "/{credentialId}/activate", "ActivateAccessKey",
            "Activate an access key", call => SetAsync(call, AccessKeyStatus.Active)),
        Operation(PermissionAction.ConfigUpdate, "PUT", Path + "/{credentialId}/deactivate", "DeactivateAccessKey",
            "Deactivate an access key", call => SetAsync(call, AccessKeyStatus.Inactive)) with
        {
            Description = "Its tokens are refused from now on. Refused with 403 when the service user may do more than "
                + "you, and with 409 for the last key of the last administrator.",
        },
    ];

    /// <summary>The keys of a service user, newest first.</summary>
    internal static async ValueTask<IReadOnlyList<AccessKey>> KeysAsync(ApiCall call, string serviceUserId) =>
        [.. (await Keys(call).ListAsync<AccessKey>(Condition.Equal("service_user_id", serviceUserId)))
            .Where(key => key.OrganizationId == call.OrganizationId)];

    private static ApiOperation Operation(
        PermissionAction action, string method, string path, string id, string summary, Func<ApiCall, Task> handle) =>
        new(method, path, id, ServiceUserOperations.Tag, summary, Answer, handle)
        {
            Permission = path.Contains("{credentialId}", StringComparison.Ordinal)
                ? Permission.On(action, Resource).Item("credentialId") : Permission.On(action, Resource),
            AlsoNeeds = [Sight.Retrieve(ServiceUserResource.Definition).Item()],
        };

    private static async Task ListAsync(ApiCall call)
    {
        await FindUserAsync(call);
        var keys = await KeysAsync(call, call.Route("id"));
        await JsonAnswer.WritePageAsync(call.Http, [.. keys.Select(key => Json(AccessKeyAnswer.Of(key)))], null);
    }

    private static async Task CreateAsync(ApiCall call)
    {
        var user = await FindUserAsync(call);
        await GrantRules.CheckMaySpeakForAsync(call.Granting(), PrincipalType.Serviceuser, user.Id);
        if ((await KeysAsync(call, user.Id)).Count >= MaxKeys)
            throw new RefusedException(new Issue(
                "count", "", $"The service user has {MaxKeys} access keys; delete one first", IssueKind.Conflict));
        var secret = SecretHash.NewText(48);
        var created = (AccessKey)await call.Service<ResourceService>().CreateAsync(
            AccessKeyResource.Definition,
            AccessKeyResource.Installation,
            call.Caller.AuditName,
            new AccessKey
            {
                OrganizationId = call.OrganizationId,
                ServiceUserId = user.Id,
                AccessKeyId = SecretHash.NewText(20),
                SecretHash = SecretHash.Of(secret),
            },
            call.Cancelled);
        call.Http.Response.Headers.CacheControl = "no-store";
        await call.AnswerAsync(Json(AccessKeyAnswer.Of(created, secret)));
    }

    private static async Task DeleteAsync(ApiCall call)
    {
        var key = await FindAsync(call);
        RefuseOwn(call, key);
        await call.Service<ResourceService>().ChangeAsync(
            AccessKeyResource.Installation, call.Caller.AuditName, call.Cancelled,
            change => change.DeleteAsync(AccessKeyResource.Definition, key.Id), call.OrganizationId);
        await AnswerAsync(call, key);
    }

    private static async Task SetAsync(ApiCall call, AccessKeyStatus status)
    {
        var key = await FindAsync(call);
        if (status == AccessKeyStatus.Inactive)
            RefuseOwn(call, key);
        else
            await GrantRules.CheckMaySpeakForAsync(call.Granting(), PrincipalType.Serviceuser, key.ServiceUserId);
        await AnswerAsync(call, await call.Service<ResourceService>().ChangeAsync(
            AccessKeyResource.Installation, call.Caller.AuditName, call.Cancelled,
            change => change.UpdateAsync(AccessKeyResource.Definition, key.Id, key with { Status = status }),
            call.OrganizationId));
    }

    private static void RefuseOwn(ApiCall call, AccessKey key)
    {
        if (key.AccessKeyId == call.Caller.AccessKeyId)
            throw new RefusedException(new Issue(
                "own", "", "The access key that this request came with cannot be taken away by it",
                IssueKind.Conflict));
    }

    private static async ValueTask<ServiceUser> FindUserAsync(ApiCall call) =>
        await call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled)
            .FindAsync<ServiceUser>(call.Route("id"))
        ?? throw ResourceService.NotFound(ServiceUserResource.Definition, call.Route("id"));

    private static async ValueTask<AccessKey> FindAsync(ApiCall call)
    {
        var user = await FindUserAsync(call);
        var id = call.Route("credentialId");
        return await Keys(call).FindAsync<AccessKey>(id) is { } key
            && key.ServiceUserId == user.Id && key.OrganizationId == call.OrganizationId
            ? key
            : throw ResourceService.NotFound(AccessKeyResource.Definition, id);
    }

    private static ResourceReader Keys(ApiCall call) =>
        call.Service<ResourceService>().Reader(AccessKeyResource.Installation, call.Cancelled);

    private static Task AnswerAsync(ApiCall call, AccessKey key) => call.AnswerAsync(Json(AccessKeyAnswer.Of(key)));

    private static ReadOnlyMemory<byte> Json(AccessKeyAnswer answer) =>
        JsonSerializer.SerializeToUtf8Bytes(answer, AuthJson.Format.AccessKeyAnswer);
}
