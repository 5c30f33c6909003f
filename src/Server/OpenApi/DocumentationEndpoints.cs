using Scalar.AspNetCore;

namespace Tallystick.Server.OpenApi;

/// <summary>The API document and the page to browse it.</summary>
internal static class DocumentationEndpoints
{
    /// <summary>Maps <c>/openapi.json</c> and <c>/docs</c>.</summary>
    internal static void Map(WebApplication app)
    {
        app.MapGet("/openapi.json", AnswerAsync);
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Tallystick API")
            .WithOpenApiRoutePattern("/openapi.json")
            // The page works without any other host: nothing of it leaves the machine.
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .DisableDefaultFonts()
            .HideDeveloperTools()
            .HideClientButton());
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var document = typeof(DocumentationEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
