using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Auth;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.SignIn;

/// <summary>Signs people in with email address and password.</summary>
internal sealed class SignInOperation(PersonSignIn people, Tokens tokens)
{
    private static readonly ObjectShape Shape = JsonShapes.Of(typeof(SignInRequest));

    internal static ApiOperation SignIn { get; } = new(
        "POST", "/signin", "SignIn", ApiOperations.OwnTag, "Sign in",
        new ApiSchema("SignInResponse", new ObjectShape("SignInResponse",
        [
            new JsonMember("access_token", new TextShape()),
            new JsonMember("token_type", new TextShape()),
            new JsonMember("expires_in", new NumberShape(64)),
            new JsonMember("organizationId", new TextShape()),
            new JsonMember("organizations", new ListShape(new TextShape())),
        ])),
        Run.By<SignInOperation>(o => o.SignInAsync))
    {
        Body = new ApiSchema("SignInRequest", Shape) { IsRequest = true },
        Permission = Permission.Public,
        Description = """
            Returns 401 for a wrong address or password. After 5 failed attempts, returns 429 for 15 minutes, and for
            longer after each further attempt; `Retry-After` says how long. Attempts from a source that the person has
            signed in from before are counted separately. A new password revokes all tokens issued under the previous
            one.
            """,
    };

    private async Task SignInAsync(ApiCall call)
    {
        call.Http.Response.Headers.CacheControl = "no-store";
        using var body = await call.ReadJsonAsync();
        var request = JsonSerializer.Deserialize(Shape.Check(body.RootElement), AuthJson.Format.SignInRequest)!;
        var (login, organizationId) = await people.SignInAsync(request, RequestSource.Of(call.Http), call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["access_token"] = await tokens.IssueAsync(login, organizationId, call.Cancelled),
            ["token_type"] = "Bearer",
            ["expires_in"] = Tokens.LifetimeSeconds,
            ["organizationId"] = organizationId,
            ["organizations"] = new JsonArray([.. login.Organizations.Select(id => (JsonNode)id)]),
        }));
    }
}
