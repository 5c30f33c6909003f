using System.Text.Json.Nodes;
using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;
using Tallystick.Server.Invitations;
using Tallystick.Server.Permissions;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Users;

/// <summary>The users of an organization. They come by invitation, and go when their access ends.</summary>
internal static class OrgUserOperations
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
                Sets the user's own statements and when access ends; both take effect at once, even for a user who is
                signed in. `version` must match the stored version.
                """,
        },
        new("GET", One + "/permissions", "GetOrgUserPermissions", Definition.Tag, "List the policies of a user",
            ResourceOperations.Page(PermissionPolicyResource.Definition), PermissionsAsync)
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Needs(PermissionAction.ConfigRetrieve).Item(),
            AlsoNeeds = [Sight.Retrieve(PermissionPolicyResource.Definition).Visible()],
            Description = """
                Lists the policies attached to the user. The policies of its user groups are listed with the groups.
                """,
        },
        new("GET", One + "/usergroups", "GetOrgUserGroups", Definition.Tag, "List the user groups of a user",
            ResourceGroupOperations.Answer with { IsPage = true }, GroupsAsync)
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Needs(PermissionAction.ConfigRetrieve).Item(),
            AlsoNeeds = [Sight.Retrieve(ResourceGroupResource.Definition).Visible()],
            Description = "With `inherited=true`, also returns the groups that contain these groups.",
        },
        new("PUT", One + "/password/resend", "AdminResendTempPass", Definition.Tag,
            "Send a user a temporary password", null, ResendAsync)
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

    private static async Task PermissionsAsync(ApiCall call)
    {
        var user = await FindAsync(call);
        await PolicyLists.AnswerAsync(call, PrincipalType.User, user.Id, Definition.MaximumPageSize);
    }

    private static async Task GroupsAsync(ApiCall call)
    {
        var user = await FindAsync(call);
        var related = call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled);
        var isInherited = bool.TryParse(QueryText.Single(call.Http.Request, "inherited"), out var flag) && flag;
        var groups = isInherited
            ? (IEnumerable<string>)(await GroupMembers.ReadAsync(related)).Around(user.Id)
            : (await related.ListAsync<ResourceGroupItem>(Condition.Equal("target_id", user.Id)))
                .Select(item => item.GroupId);
        await ResourceGroupOperations.ListAsync(
            call,
            Condition.And(
                Condition.Equal("type", GroupTypes.User), new Condition.In("id", [.. groups]),
                Sight.Visible(call.Grants, ResourceGroupResource.Definition)),
            Definition.MaximumPageSize);
    }

    private static async Task ResendAsync(ApiCall call)
    {
        var user = await FindAsync(call);
        // Whoever reads the password speaks for the user.
        await GrantRules.CheckMaySpeakForAsync(call.Granting(), PrincipalType.User, user.Id);
        var logins = call.Service<Logins>();
        var mail = call.Service<Mail>();
        var login = await logins.FindByIdAsync(user.Id, call.Cancelled)
            ?? throw new RefusedException(new Issue("no_login", "", "The user has no login"));
        if (!mail.IsConfigured && login.Organizations.Count > 1)
            throw new RefusedException(new Issue(
                "no_mail", "", "The user belongs to other organizations too, so the password can only be mailed, and "
                    + "no mail server is configured", IssueKind.Conflict));
        var password = Logins.NewTemporaryPassword();
        // Before anything is mailed: the person could not undo it.
        var prepared = await logins.PrepareTemporaryPasswordAsync(login, password, call.Cancelled);
        call.Http.Response.Headers.CacheControl = "no-store";
        var isMailed = await mail.TrySendAsync(login.Email, MailTexts.TemporaryPassword(password), call.Cancelled);
        if (!isMailed && login.Organizations.Count > 1)
            throw new RefusedException(new Issue(
                "no_mail", "", "The mail server did not take the password. The user belongs to other organizations "
                    + "too, so it can only be mailed; nothing was changed", IssueKind.Conflict));
        await logins.SetTemporaryPasswordAsync(prepared, isMailed, call.Cancelled);
        if (isMailed)
            await call.AnswerAsync(JsonFormat.Write(new JsonObject()));
        else
            await call.AnswerAsync(JsonFormat.Write(new JsonObject { ["temporaryPassword"] = password }));
    }

    private static async ValueTask<OrgUser> FindAsync(ApiCall call) =>
        await call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled)
            .FindAsync<OrgUser>(call.Route("id"))
        ?? throw ResourceService.NotFound(Definition, call.Route("id"));
}
