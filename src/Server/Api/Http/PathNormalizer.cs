namespace Tallystick.Server.Api.Http;

/// <summary>
/// Removes doubled and trailing slashes from paths, because many clients use base URLs that end with a slash.
/// </summary>
internal static class PathNormalizer
{
    /// <summary>Runs before routing.</summary>
    internal static Task CollapseAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value;
        // The reference page needs its trailing slash for relative links.
        if (context.Request.Path.StartsWithSegments("/docs"))
            return next(context);
        if (path is { Length: > 1 } && (path[^1] == '/' || path.Contains("//", StringComparison.Ordinal)))
            context.Request.Path = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return next(context);
    }
}
