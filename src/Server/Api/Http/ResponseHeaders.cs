namespace Tallystick.Server.Api.Http;

/// <summary>Security headers of all responses, so that browsers do not interpret data as anything else.</summary>
internal static class ResponseHeaders
{
    // The default, for responses that are data. Pages override it.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    // The reference page uses its own scripts and styles, some of them inline, and no other host.
    private const string ReferencePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the headers. Handlers can replace them.</summary>
    internal static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy =
            context.Request.Path.StartsWithSegments("/docs") ? ReferencePolicy : DataPolicy;
        return next(context);
    }
}
