namespace Tallystick.Server.Api.Http;

/// <summary>Lets doubled and trailing slashes pass: base URLs that end in a slash are common among clients.</summary>
internal static class PathNormalizer
{
    /// <summary>Runs before routing.</summary>
    internal static Task CollapseAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value;
        // The reference page links relative to its own trailing slash.
        if (context.Request.Path.StartsWithSegments("/docs"))
            return next(context);
        if (path is { Length: > 1 } && (path[^1] == '/' || path.Contains("//", StringComparison.Ordinal)))
            context.Request.Path = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return next(context);
    }
}
