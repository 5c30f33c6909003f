using System.Text.Json;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Auth;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Permissions;

/// <summary>Attaches policies to principals and detaches them.</summary>
internal sealed class PolicyOperations(ResourceService resources, PolicyAttachments attachments)
{
    private const string Root = "/organizations/{orgId}/permissionpolicies/{permissionPolicyId}/";
    private static readonly ResourceDefinition<PrincipalPermission> Definition =
        PrincipalPermissionResource.Definition;

    private static readonly ApiSchema Answer = new("PrincipalPermissionResponse", Definition.Shape);

    private static readonly ApiSchema OfPrincipal =
        new("PrincipalPermissionRequest", JsonShapes.Of(typeof(PrincipalPermissionRequest))) { IsRequest = true };

    private static readonly ApiSchema OfSupport =
        new("PermissionRequest", JsonShapes.Of(typeof(PermissionRequest))) { IsRequest = true };

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Attach(PrincipalType.User, "addtouser", "a user", OfPrincipal),
        Detach(PrincipalType.User, "removefromuser", "a user", OfPrincipal),
        Attach(PrincipalType.Usergroup, "addtousergroup", "a user group", OfPrincipal),
        Detach(PrincipalType.Usergroup, "removefromusergroup", "a user group", OfPrincipal),
        Attach(PrincipalType.Serviceuser, "addtoserviceuser", "a service user", OfPrincipal),
        Detach(PrincipalType.Serviceuser, "removefromserviceuser", "a service user", OfPrincipal),
        Attach(PrincipalType.Supportusers, "addtosupportusers", "the support users", OfSupport),
        Detach(PrincipalType.Supportusers, "removefromsupportusers", "the support users", null),
    ];

    private static string NameOf(PrincipalType type) => type switch
    {
        PrincipalType.Usergroup => "UserGroup",
        PrincipalType.Serviceuser => "ServiceUser",
        PrincipalType.Supportusers => "SupportUsers",
        _ => "User",
    };

    private static ApiOperation Attach(PrincipalType type, string verb, string principal, ApiSchema body) => new(
        "POST", Root + verb, $"AddPermissionPolicyTo{NameOf(type)}", "PermissionPolicy",
        $"Attach a policy to {principal}", Answer, Run.By<PolicyOperations>(o => call => o.AttachAsync(call, type)))
    {
        Body = body,
        Permission = Permission.On(PermissionAction.ConfigUpdate, "config:permissionPolicy")
            .Item("permissionPolicyId"),
        AlsoNeeds = AboutPrincipal(type),
        Description = """
            Has no effect if the policy is already attached. Returns 403 if the policy grants a permission that you do
            not have, or denies something to a principal who has more permissions than you; returns 409 if it would
            deny something to the last administrator.
            """,
    };

    private static ApiOperation Detach(PrincipalType type, string verb, string principal, ApiSchema? body) => new(
        "POST", Root + verb, $"RemovePermissionPolicyFrom{NameOf(type)}", "PermissionPolicy",
        $"Detach a policy from {principal}", Answer,
        Run.By<PolicyOperations>(o => call => o.DetachAsync(call, type)))
    {
        Body = body,
        Permission = Permission.On(PermissionAction.ConfigUpdate, "config:permissionPolicy")
            .Item("permissionPolicyId"),
        AlsoNeeds = AboutPrincipal(type),
        Description = """
            Returns the attachment that was removed. Returns 403 if the policy denies something that you may not do,
            or if a principal that loses access has more permissions than you; returns 409 for the last administrator.
            """,
    };

    private async Task AttachAsync(ApiCall call, PrincipalType type)
    {
        var policy = await PolicyAsync(call);
        await call.AnswerAsync(Definition.Write(await attachments.AttachAsync(
            resources.Granting(call), policy, type, await PrincipalIdAsync(call, type))));
    }

    private async Task DetachAsync(ApiCall call, PrincipalType type)
    {
        var policy = await PolicyAsync(call);
        await call.AnswerAsync(Definition.Write(await attachments.DetachAsync(
            resources.Granting(call), policy, type, await PrincipalIdAsync(call, type))));
    }

    // Support users are a single principal, which the support settings also affect.
    private static IReadOnlyList<Permission> AboutPrincipal(PrincipalType type) =>
        type == PrincipalType.Supportusers ? [EntityPermissions.Update(SupportResource.Definition)] : [];

    private async ValueTask<PermissionPolicy> PolicyAsync(ApiCall call)
    {
        var id = call.Route("permissionPolicyId");
        return await resources.Reader(call).FindAsync<PermissionPolicy>(id)
            ?? throw ResourceService.NotFound(PermissionPolicyResource.Definition, id);
    }

    // Support users are a single principal without an id, so the request needs no body.
    private static async ValueTask<string?> PrincipalIdAsync(ApiCall call, PrincipalType type)
    {
        if (type == PrincipalType.Supportusers)
            return null;
        using var body = await call.ReadJsonAsync();
        return JsonSerializer.Deserialize(
            OfPrincipal.Shape.Check(body.RootElement), AuthJson.Format.PrincipalPermissionRequest)!.PrincipalId;
    }
}

/// <summary>The body of a request about the policies of support users.</summary>
internal record PermissionRequest
{
    /// <summary>Not used.</summary>
    public long Version { get; init; }
}

/// <summary>The body of a request about the policies of a principal.</summary>
internal sealed record PrincipalPermissionRequest : PermissionRequest
{
    /// <summary>UUID of the principal.</summary>
    [Characters(1, int.MaxValue)]
    public required string PrincipalId { get; init; }
}
