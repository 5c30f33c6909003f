using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Console.Api;
using Tallystick.Console.Forms;
using Tallystick.Console.Pages.Billing;
using Tallystick.Console.Pages.Billing.Explorer;
using Tallystick.Console.Pages.Faults;
using Tallystick.Console.SignIn;
using Tallystick.Console.Tables;

namespace Tallystick.Console;

/// <summary>Adds the console to the server that serves it.</summary>
public static class ConsoleHost
{
    /// <summary>Adds what its pages need.</summary>
    public static void AddTo(IServiceCollection services, ConsoleSettings settings)
    {
        services.AddRazorComponents();
        services.AddScoped<OrganizationApi>();
        services.AddSingleton(settings);
        SessionCookie.AddTo(services, settings);
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "tallystick-form";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    /// <summary>
    /// Adds its part of the pipeline: after routing, because only its pages are concerned, and before the endpoints.
    /// </summary>
    public static void Use(WebApplication app)
    {
        app.Use((context, next) => PageGuard.RunAsync(context, _ => next(context)));
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
    }

    /// <summary>Maps its pages, all of which are rendered by the server and keep no state in it.</summary>
    /// <param name="routes">Where to map them.</param>
    /// <param name="assets">The manifest of the mapped files, which tells their names with a fingerprint.</param>
    public static void MapPages(IEndpointRouteBuilder routes, string assets)
    {
        routes.MapRazorComponents<App>()
            .WithStaticAssets(assets)
            .Add(Protect);
        routes.MapGet(
            "/org/{OrganizationId}/{**rest}",
            context => FaultPages.WriteAsync<MissingPage>(context, StatusCodes.Status404NotFound)).Add(Protect);
        routes.MapGet(ChoicePage.Route, ChoicePage.WriteAsync).Add(Protect);
        routes.MapGet(TableExport.Route, TableExport.RunAsync).Add(Protect);
        routes.MapGet(BillFiles.InvoiceRoute, BillFiles.WriteInvoiceAsync).Add(Protect);
        routes.MapGet(BillFiles.JsonStatementRoute, BillFiles.GoToJsonStatementAsync).Add(Protect);
        routes.MapGet(BillFiles.CsvStatementRoute, BillFiles.GoToCsvStatementAsync).Add(Protect);
        routes.MapGet(BillFiles.UsageRoute, BillFiles.GoToUsageAsync).Add(Protect);
        routes.MapGet(ExplorerExport.Route, ExplorerExport.RunAsync).Add(Protect);
        if (routes.ServiceProvider.GetRequiredService<ConsoleSettings>().Provider is not null)
            routes.MapGet(Provider.StartPath, Provider.StartAsync).AllowAnonymous().Add(Protect);
        routes.MapPost(SignOut.Path, SignOut.RunAsync).RequireAuthorization(SessionCookie.AnyStage).Add(Protect);
    }

    /// <summary>Whether a request that nothing answers comes from somebody who looks at pages.</summary>
    public static bool IsFromBrowser(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the page that says that there is no such page.</summary>
    public static Task WriteNotFoundAsync(HttpContext context)
    {
        PageGuard.AddHeaders(context.Response);
        return FaultPages.WriteAsync<NotFoundPage>(context, StatusCodes.Status404NotFound);
    }

    // A page is for people who are signed in unless it says otherwise: to forget the attribute opens nothing.
    private static void Protect(EndpointBuilder endpoint)
    {
        endpoint.Metadata.Add(PageGuard.Mark);
        if (!endpoint.Metadata.OfType<IAuthorizeData>().Any())
            endpoint.Metadata.Add(new AuthorizeAttribute(SessionCookie.Full));
        endpoint.RequestDelegate = WithChecks(endpoint.RequestDelegate!);
    }

    private static RequestDelegate WithChecks(RequestDelegate next) => context =>
    {
        if (context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false } refused)
            return FaultPages.WriteFormFaultAsync(context, refused.Error?.InnerException);
        // The same page for an unknown organization and one of others, so that ids do not leak.
        if (context.GetRouteValue("OrganizationId") is not string id)
            return next(context);
        if (context.Person()?.Organizations.Any(one => one.Id == id) != true)
            return FaultPages.WriteAsync<NoAccessPage>(context, StatusCodes.Status403Forbidden);
        context.RequestServices.GetRequiredService<OrganizationApi>().Begin(context, id);
        return next(context);
    };
}
