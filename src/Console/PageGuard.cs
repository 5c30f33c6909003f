using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Pages.Faults;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;

namespace Tallystick.Console;

/// <summary>Adds the headers of pages and limits to their requests, and shows exceptions as a page.</summary>
internal static partial class PageGuard
{
    // Scripts and styles are files of this server; nothing inline, and nothing from another host.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    /// <summary>Marks the endpoints of the console.</summary>
    internal static object Mark { get; } = new PageMark();

    /// <summary>Adds the headers of a page. What it shows is for one person only, so nothing may keep it.</summary>
    internal static void AddHeaders(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = PagePolicy;
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-cache, no-store";
    }

    /// <summary>Runs a request for a page; others pass.</summary>
    internal static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<PageMark>() is null)
        {
            await next(context);
            return;
        }
        AddHeaders(context.Response);
        try
        {
            if (FormLimits.TryApply(context))
                await next(context);
            else
                await FaultPages.WriteLargeFormAsync(context);
        }
        catch (Exception exception) when (
            !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await ShowAsync(context, exception);
        }
    }

    private static Task ShowAsync(HttpContext context, Exception exception)
    {
        context.Response.Clear();
        AddHeaders(context.Response);
        if (IsPassing(exception))
        {
            context.Response.Headers.RetryAfter = "5";
            return FaultPages.WriteAsync<UnavailablePage>(context, StatusCodes.Status503ServiceUnavailable);
        }
        switch (exception)
        {
            case TallystickApiException { Issues: [{ Path: "nextToken" }] }:
                return FaultPages.WriteAsync<LostPlacePage>(context, StatusCodes.Status400BadRequest);
            // 400: the address names something that cannot exist.
            case TallystickApiException { Status: HttpStatusCode.NotFound or HttpStatusCode.BadRequest }:
                return FaultPages.WriteAsync<MissingPage>(context, StatusCodes.Status404NotFound);
            case TallystickApiException { Status: HttpStatusCode.Forbidden }:
                return FaultPages.WriteAsync<NoPermissionPage>(context, StatusCodes.Status403Forbidden);
        }
        PageFailed(
            context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Tallystick.Console"), exception,
            context.Request.Method, context.Request.Path);
        return FaultPages.WriteAsync<FailurePage>(context, StatusCodes.Status500InternalServerError);
    }

    private static bool IsPassing(Exception exception) =>
        exception is StoreOutageException or StoreUnavailableException or ServerBusyException
        || (exception is TallystickApiException refused
            && refused.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests);

    [LoggerMessage(Level = LogLevel.Error, Message = "The page {Method} {Path} failed")]
    private static partial void PageFailed(ILogger logger, Exception exception, string method, string path);

    private sealed class PageMark;
}
