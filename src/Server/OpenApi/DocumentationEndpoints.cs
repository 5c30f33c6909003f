using Scalar.AspNetCore;
using Tallystick.Server.Api;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.OpenApi;

/// <summary>Serves the API document, the reference page and the Postman collection.</summary>
internal static class DocumentationEndpoints
{
    // Generated on the first request, so that startup takes no time for it.
    private static readonly Lazy<byte[]> Collection =
        new(() => PostmanCollection.Write(ApiOperations.All, ServerHost.DefaultUrl));

    /// <summary>Maps <c>/openapi.json</c>, <c>/postman_collection.json</c> and <c>/docs</c>.</summary>
    internal static void Map(WebApplication app)
    {
        app.MapGet("/openapi.json", AnswerAsync);
        app.MapGet("/postman_collection.json", () => Results.Bytes(Collection.Value, "application/json"));
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Tallystick API")
            .WithOpenApiRoutePattern("/openapi.json")
            // The page must work without any other host and send no data to one.
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
