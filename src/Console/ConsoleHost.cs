using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Tallystick.Console;

/// <summary>Adds the console to the server that serves it.</summary>
public static class ConsoleHost
{
    // Scripts and styles are files of this server; nothing inline, and nothing from another host.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    /// <summary>Adds what its pages need.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        // Keys in memory: what they protect ends with the process, and nothing is written outside the data directory.
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
    }

    /// <summary>Maps its pages. They are rendered by the server; a page that needs more says so itself.</summary>
    /// <param name="routes">Where to map them.</param>
    /// <param name="assets">The manifest of the mapped files, which tells their names with a fingerprint.</param>
    public static void MapPages(IEndpointRouteBuilder routes, string assets) =>
        routes.MapRazorComponents<App>()
            .WithStaticAssets(assets)
            // The policy of the pages says who may frame them.
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null)
            .Add(endpoint => endpoint.RequestDelegate = WithPolicy(endpoint.RequestDelegate!));

    private static RequestDelegate WithPolicy(RequestDelegate next) => context =>
    {
        context.Response.Headers.ContentSecurityPolicy = PagePolicy;
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        return next(context);
    };
}
