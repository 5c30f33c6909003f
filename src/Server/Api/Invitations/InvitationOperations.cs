using System.Text.Json.Nodes;
using Tallystick.Access.Invitations;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.ResourceGroups;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Invitations;

/// <summary>Invites people.</summary>
internal sealed class InvitationOperations(
    ResourceService resources, ResourceLists lists, InvitationCreation invitations, Mail mail,
    PublicAddress addresses)
{
    /// <summary>Members that are only in requests, or are secret.</summary>
    private static readonly string[] NotAnswered = ["contactNumber", "m3terUser", "isMailed", "tokenHash"];

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
            Handle = Run.By<InvitationOperations>(o => o.ListAsync),
        },
        ResourceOperations.Create(Definition) with
        {
            Summary = "Invite a person",
            Answer = new ApiSchema("OrgUserInvitationSent", Answer.Shape with
            {
                Members = [.. Answer.Shape.Members, new JsonMember("acceptUrl", new TextShape())],
            }),
            Handle = Run.By<InvitationOperations>(o => o.CreateAsync),
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
            Handle = Run.By<InvitationOperations>(o => o.GetAsync),
        },
        AcceptOperation.Accept,
    ];

    private Task ListAsync(ApiCall call) => lists.AnswerAsync(
        call, Definition, view: document => ResourceGroupOperations.Without(document.Json, NotAnswered));

    private async Task GetAsync(ApiCall call) =>
        await call.AnswerAsync(View(await resources.FindJsonAsync(call, Definition, call.Route("id"))));

    private async Task CreateAsync(ApiCall call)
    {
        var proposed = await resources.ReadProposedAsync(call, Definition);
        var by = resources.Granting(call);
        var (created, token) = await invitations.CreateAsync(by, proposed);
        var url = $"{addresses.Origin}{AcceptOperation.Path}"
            + $"?organizationId={call.OrganizationId}&invitationId={created.Id}#{token}";
        call.Http.Response.Headers.CacheControl = "no-store";
        var isMailed = await mail.TrySendAsync(created.Email, MailTexts.Invitation(url), call.Cancelled);
        if (isMailed)
            created = await invitations.SetMailedAsync(by, created);
        var answer = JsonNode.Parse(View(Definition.Write(created)).Span)!.AsObject();
        if (!isMailed)
            answer["acceptUrl"] = url;
        await call.AnswerAsync(JsonFormat.Write(answer));
    }

    private static ReadOnlyMemory<byte> View(ReadOnlyMemory<byte> json) =>
        ResourceGroupOperations.Without(json, NotAnswered);
}
