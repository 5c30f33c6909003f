using System.Text.Json.Nodes;
using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Permissions;
using Tallystick.Server.Api.ResourceGroups;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Users;

/// <summary>
/// Operations of the users of an organization. Users are added by invitation and leave when their access ends.
/// </summary>
internal sealed class OrgUserOperations(
    ResourceService resources, ResourceLists lists, PolicyLists policies, TemporaryPasswords passwords, Mail mail)
{
    private const string One = "/organizations/{orgId}/users/{id}";
    private static readonly ResourceDefinition<OrgUser> Definition = OrgUserResource.Definition;

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        ResourceOperations.List(Definition) with { Permission = Needs(PermissionAction.ConfigRetrieve).Visible() },
        ResourceOperations.Retrieve(Definition) with { Permission = Needs(PermissionAction.ConfigRetrieve).Item() },
        ResourceOperations.Update(Definition) with
        {
            Permission = Needs(PermissionAction.ConfigUpdate).Item(),
            Description = """
                Sets the user's permission statements, which apply in addition to the attached policies, and the end of
                access. Both take effect at once, even for a user who is signed in. `version` must match the stored
                version.
                """,
        },
        new("GET", One + "/permissions", "GetOrgUserPermissions", Definition.Tag, "List the policies of a user",
            ResourceOperations.Page(PermissionPolicyResource.Definition), By(o => o.PermissionsAsync))
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Needs(PermissionAction.ConfigRetrieve).Item(),
            AlsoNeeds = [EntityPermissions.Retrieve(PermissionPolicyResource.Definition).Visible()],
            Description = """
                Lists the policies attached to the user. The policies of its user groups are listed with the groups.
                """,
        },
        new("GET", One + "/usergroups", "GetOrgUserGroups", Definition.Tag, "List the user groups of a user",
            ResourceGroupOperations.Answer with { IsPage = true }, By(o => o.GroupsAsync))
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Needs(PermissionAction.ConfigRetrieve).Item(),
            AlsoNeeds = [EntityPermissions.Retrieve(ResourceGroupResource.Definition).Visible()],
            Description = "With `inherited=true`, also returns the groups that contain these groups.",
        },
        new("PUT", One + "/password/resend", "AdminResendTempPass", Definition.Tag,
            "Send a user a temporary password", null, By(o => o.ResendAsync))
        {
            Permission = Needs(PermissionAction.ConfigUpdate).Item(),
            Description = """
                Sends a password that works for one sign-in within 30 days, at which the user must choose a new one.
                If no mail server is configured, the response contains it as `temporaryPassword`, unless the user also
                belongs to other organizations. Returns 403 if the user has permissions that you do not have, and 409
                if any organization of the user would be left without an administrator whose sign-in does not expire.
                The request has no body.
                """,
        },
    ];

    private static Permission Needs(PermissionAction action) =>
        Permission.On(action, "config:orgUser", "config:user");

    private static Run By(Func<OrgUserOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task PermissionsAsync(ApiCall call)
    {
        var user = await FindAsync(call);
        await policies.AnswerAsync(call, PrincipalType.User, user.Id, Definition.MaximumPageSize);
    }

    private async Task GroupsAsync(ApiCall call)
    {
        var user = await FindAsync(call);
        var related = resources.Reader(call);
        var isInherited = bool.TryParse(QueryText.Single(call.Http.Request, "inherited"), out var flag) && flag;
        var groups = isInherited
            ? (IEnumerable<string>)(await GroupMembers.ReadAsync(related)).Around(user.Id)
            : (await related.ListAsync<ResourceGroupItem>(Condition.Equal("target_id", user.Id)))
                .Select(item => item.GroupId);
        await ResourceGroupOperations.ListAsync(
            lists,
            call,
            Condition.And(
                Condition.Equal("type", GroupTypes.User), new Condition.In("id", [.. groups]),
                EntityPermissions.Visible(call.Grants, ResourceGroupResource.Definition)),
            Definition.MaximumPageSize);
    }

    private async Task ResendAsync(ApiCall call)
    {
        var user = await FindAsync(call);
        call.Http.Response.Headers.CacheControl = "no-store";
        var password = await passwords.GiveAsync(
            resources.Granting(call), user, mail.IsConfigured,
            (address, text) => mail.TrySendAsync(address, MailTexts.TemporaryPassword(text), call.Cancelled));
        await call.AnswerAsync(JsonFormat.Write(
            password is null ? new JsonObject() : new JsonObject { ["temporaryPassword"] = password }));
    }

    private async ValueTask<OrgUser> FindAsync(ApiCall call) =>
        await resources.Reader(call).FindAsync<OrgUser>(call.Route("id"))
        ?? throw ResourceService.NotFound(Definition, call.Route("id"));
}
