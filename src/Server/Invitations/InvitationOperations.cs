using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Invitations;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Http;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Invitations;

/// <summary>Inviting people.</summary>
internal static class InvitationOperations
{
    private const string Resource = "config:orgUserInvitation";

    /// <summary>What only requests give, or nobody may know.</summary>
    private static readonly string[] NotAnswered = ["contactNumber", "m3terUser", "isMailed", "tokenHash"];

    private static readonly Duration GoodFor = Duration.FromDays(30);
    private static readonly ResourceDefinition<OrgUserInvitation> Definition = OrgUserInvitationResource.Definition;

    private static readonly ApiSchema Answer = new("OrgUserInvitationResponse", Definition.Shape with
    {
        Members = [.. Definition.Shape.Members.Where(member => !NotAnswered.Contains(member.Name))],
    });

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        ResourceOperations.List(Definition) with
        {
            Answer = Answer with { IsPage = true },
            Handle = call => ListRequest.AnswerAsync(
                call, Definition, view: document => ResourceGroupOperations.Without(document.Json, NotAnswered)),
        },
        ResourceOperations.Create(Definition) with
        {
            Summary = "Invite a person",
            Answer = new ApiSchema("OrgUserInvitationSent", Answer.Shape with
            {
                Members = [.. Answer.Shape.Members, new JsonMember("acceptUrl", new TextShape())],
            }),
            Handle = CreateAsync,
            Description = """
                Mails a link with which the person accepts the invitation. If no mail server is configured, or mailing
                fails, the response contains the link as `acceptUrl`, this once: pass it on to the person. Returns 403
                if a policy grants a permission that you do not have. Inviting a support user (`m3terUser`) requires
                every permission.
                """,
        },
        ResourceOperations.Retrieve(Definition) with
        {
            Answer = Answer,
            Handle = async call => await call.AnswerAsync(View(
                await call.Service<ResourceService>().FindJsonAsync(
                    Definition, call.OrganizationId, call.Route("id"), call.Cancelled))),
        },
        AcceptOperation.Accept,
    ];

    private static async Task CreateAsync(ApiCall call)
    {
        var proposed = await ReadAsync(call);
        var token = SecretHash.NewText(48);
        var created = (OrgUserInvitation)await call.Service<ResourceService>().CreateAsync(
            Definition, call.OrganizationId, call.Caller.AuditName,
            proposed with
            {
                DtExpiry = proposed.DtExpiry ?? call.Service<IClock>().GetCurrentInstant() + GoodFor,
                InvitingPrincipalId = call.Caller.PrincipalId,
                TokenHash = SecretHash.Of(token),
            },
            call.Cancelled);
        var url = $"{call.Service<PublicAddress>().Origin}{AcceptOperation.Path}"
            + $"?organizationId={call.OrganizationId}&invitationId={created.Id}#{token}";
        call.Http.Response.Headers.CacheControl = "no-store";
        var isMailed = await call.Service<Mail>().TrySendAsync(
            created.Email, MailTexts.Invitation(url), call.Cancelled);
        if (isMailed)
            created = (OrgUserInvitation)await call.Service<ResourceService>().UpdateAsync(
                Definition, call.OrganizationId, call.Caller.AuditName, created.Id,
                created with { IsMailed = true }, call.Cancelled);
        var answer = JsonNode.Parse(View(Definition.Write(created)).Span)!.AsObject();
        if (!isMailed)
            answer["acceptUrl"] = url;
        await call.AnswerAsync(JsonFormat.Write(answer));
    }

    private static async ValueTask<OrgUserInvitation> ReadAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var proposed = (OrgUserInvitation)Definition.Read(
            Definition.Shape.Check(body.RootElement, await call.ZoneAsync()));
        var issues = new Issues();
        // Whether the person has a login already makes no difference: the answer would tell.
        if (proposed.IsSupport != true && proposed.FirstName is null)
            issues.Add("required", "firstName", "is required");
        if (proposed.IsSupport != true && proposed.LastName is null)
            issues.Add("required", "lastName", "is required");
        if (proposed.DtExpiry <= call.Service<IClock>().GetCurrentInstant())
            issues.Add("range", "dtExpiry", "must be in the future");
        issues.ThrowIfAny();
        Sight.Require(
            call.Grants, PermissionPolicyResource.Definition,
            [.. (proposed.PermissionPolicyIds ?? []).Select((id, index) => ($"permissionPolicyIds[{index}]", id))]);
        GrantRules.CheckGiven(call.Granting(), await InvitationGrants.RulesAsync(
            call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled), proposed));
        return proposed;
    }

    private static ReadOnlyMemory<byte> View(ReadOnlyMemory<byte> json) =>
        ResourceGroupOperations.Without(json, NotAnswered);
}
