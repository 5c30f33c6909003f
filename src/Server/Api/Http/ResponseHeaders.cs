namespace Tallystick.Server.Api.Http;

/// <summary>Headers that every answer has, so that no browser takes it for what it is not.</summary>
internal static class ResponseHeaders
{
    // Answers are data. A page says what it needs instead of this.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    // The reference page brings its own scripts and styles, some of them within the page, and asks no other host.
    private const string ReferencePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the headers; whoever answers can replace them.</summary>
    internal static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy =
            context.Request.Path.StartsWithSegments("/docs") ? ReferencePolicy : DataPolicy;
        return next(context);
    }
}
