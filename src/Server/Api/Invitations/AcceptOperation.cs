using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Access.Invitations;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Auth;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Invitations;

/// <summary>Accepts an invitation. The link identifies the person, so no token is required.</summary>
internal sealed class AcceptOperation(InvitationAcceptance acceptance)
{
    /// <summary>Path of the page (GET) and of the request that accepts an invitation.</summary>
    internal const string Path = "/invitations/accept";

    private static readonly ObjectShape Shape = JsonShapes.Of(typeof(AcceptInvitationRequest));

    internal static ApiOperation Accept { get; } = new(
        "POST", Path, "AcceptInvitation", ApiOperations.OwnTag, "Accept an invitation",
        new ApiSchema("AcceptedInvitation", new ObjectShape("AcceptedInvitation",
        [
            new JsonMember("userId", new TextShape()),
            new JsonMember("organizationId", new TextShape()),
            new JsonMember("email", new TextShape()),
        ])),
        Run.By<AcceptOperation>(o => o.AcceptAsync))
    {
        Body = new ApiSchema("AcceptInvitationRequest", Shape) { IsRequest = true },
        Permission = Permission.Public,
        Description = """
            Makes the invited person a user of the organization, with the policies of the invitation. A link that was
            not mailed does not prove who owns the address: an existing login for the address then joins only with its
            current password. Returns 401 for a wrong password and 429 after too many attempts.
            """,
    };

    private async Task AcceptAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var request = JsonSerializer.Deserialize(
            Shape.Check(body.RootElement), AuthJson.Format.AcceptInvitationRequest)!;
        var login = await acceptance.AcceptAsync(request, RequestSource.Of(call.Http), call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["userId"] = login.Id,
            ["organizationId"] = request.OrganizationId,
            ["email"] = login.Email,
        }));
    }
}
