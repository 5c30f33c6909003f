using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;

namespace Tallystick.Server.SignIn;

/// <summary>The body of a request to sign in.</summary>
internal sealed record SignInRequest
{
    /// <summary>E-mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Password.</summary>
    public required string Password { get; init; }

    /// <summary>The password to have from now on, of 12 to 200 characters; required after a temporary one.</summary>
    public string? NewPassword { get; init; }

    /// <summary>UUID of the organization to work in; may be left out by users of one only.</summary>
    public string? OrganizationId { get; init; }
}

/// <summary>People sign in with e-mail address and password.</summary>
internal static class SignInOperation
{
    private static readonly ObjectShape Shape = JsonShapes.Of(typeof(SignInRequest));

    internal static ApiOperation SignIn { get; } = new(
        "POST", "/signin", "SignIn", ApiOperations.OwnTag, "Get a bearer token as a person",
        new ApiSchema("SignInResponse", new ObjectShape("SignInResponse",
        [
            new JsonMember("access_token", new TextShape()),
            new JsonMember("token_type", new TextShape()),
            new JsonMember("expires_in", new NumberShape(64)),
            new JsonMember("organizationId", new TextShape()),
            new JsonMember("organizations", new ListShape(new TextShape())),
        ])),
        SignInAsync)
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

    private static async Task SignInAsync(ApiCall call)
    {
        call.Http.Response.Headers.CacheControl = "no-store";
        using var body = await call.ReadJsonAsync();
        var request = JsonSerializer.Deserialize(Shape.Check(body.RootElement), AuthJson.Format.SignInRequest)!;
        var logins = call.Service<Logins>();
        Check(request);
        var login = await logins.SignInAsync(
            request.Email, request.Password, RequestSource.Of(call.Http), call.Cancelled)
            ?? throw new UnauthorizedException("Unauthorized: the e-mail address or the password is wrong");
        if (login.DtTemporaryPasswordEnds is not null && request.NewPassword is null)
            throw new RefusedException(new Issue(
                "required", "newPassword", "is required, since the password is a temporary one"));
        var organizationId = OrganizationOf(login, request);
        await CheckAccessAsync(call, login, organizationId);
        if (request.NewPassword is { } chosen)
            login = await logins.SetPasswordAsync(login, chosen, call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["access_token"] = await call.Service<Tokens>().IssueAsync(login, organizationId, call.Cancelled),
            ["token_type"] = "Bearer",
            ["expires_in"] = Tokens.LifetimeSeconds,
            ["organizationId"] = organizationId,
            ["organizations"] = new JsonArray([.. login.Organizations.Select(id => (JsonNode)id)]),
        }));
    }

    private static void Check(SignInRequest request)
    {
        var issues = new Issues();
        if (request.NewPassword is not null)
            Logins.CheckPassword(request.NewPassword, "newPassword", issues);
        if (request.NewPassword == request.Password)
            issues.Add("same", "newPassword", "must differ from the current password");
        if (TextLength.Of(request.Email) > 320)
            issues.Add("length", "email", "must have at most 320 characters");
        if (TextLength.Of(request.Password) > Logins.MaxPassword)
            issues.Add("length", "password", $"must have at most {Logins.MaxPassword} characters");
        issues.ThrowIfAny();
    }

    private static string OrganizationOf(Login login, SignInRequest request)
    {
        if (request.OrganizationId is null && login.Organizations is [var only])
            return only;
        return login.Organizations.FirstOrDefault(id => id == request.OrganizationId)
            ?? throw new RefusedException(new Issue(
                "unknown_value", "organizationId", $"must be one of {string.Join(", ", login.Organizations)}"));
    }

    private static async ValueTask CheckAccessAsync(ApiCall call, Login login, string organizationId)
    {
        var caller = new Caller(organizationId, PrincipalType.User, login.Id, null);
        var access = await call.Service<CallerAccess>().OfAsync(caller, call.Cancelled);
        if (access.RefusalAt(call.Service<NodaTime.IClock>()) is { } refusal)
            throw new ForbiddenException(refusal);
    }
}
