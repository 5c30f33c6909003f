using Tallystick.Access.Credentials;
using Tallystick.Foundation.Values;

namespace Tallystick.Server.Api.Auth;

/// <summary>Identifies the caller and requires that the organization in the path is the caller's.</summary>
internal static class BearerAuthorization
{
    private const string Scheme = "Bearer ";

    /// <summary>The caller of a request below <c>/organizations/{orgId}</c>.</summary>
    internal static async ValueTask<Caller> AuthorizeAsync(HttpContext context, Tokens tokens)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length == Scheme.Length)
            throw new UnauthorizedException(
                "Unauthorized: send the header 'Authorization: Bearer <token>' with a token from POST /oauth/token");
        var caller = await tokens.CheckAsync(header[Scheme.Length..].Trim(), context.RequestAborted);
        var organizationId = (string?)context.Request.RouteValues["orgId"];
        // The same response for unknown and foreign organizations, so that ids do not leak.
        if (!string.Equals(organizationId, caller.OrganizationId, StringComparison.OrdinalIgnoreCase))
            throw new ForbiddenException("Forbidden: the organization in the path does not exist or is not yours");
        return caller;
    }
}
