using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Console.Api;
using Tallystick.Console.SignIn;

namespace Tallystick.Console.Pages.Faults;

/// <summary>Writes the pages for what went wrong.</summary>
internal static class FaultPages
{
    /// <summary>Says why a form was not taken.</summary>
    /// <param name="context">The request.</param>
    /// <param name="fault">What happened when it was read; anything else, and null, is about its session.</param>
    internal static Task WriteFormFaultAsync(HttpContext context, Exception? fault) => fault switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => WriteLargeFormAsync(context),
        InvalidDataException or IOException =>
            WriteAsync<UnreadableFormPage>(context, StatusCodes.Status400BadRequest),
        _ => WriteAsync<StaleFormPage>(context, StatusCodes.Status400BadRequest),
    };

    /// <summary>Says that a form is too large.</summary>
    internal static Task WriteLargeFormAsync(HttpContext context) =>
        WriteAsync<LargeFormPage>(context, StatusCodes.Status413PayloadTooLarge);

    // A page that has failed has perhaps used the services of the request.
    internal static async Task WriteAsync<T>(HttpContext context, int status) where T : IComponent
    {
        var services = context.RequestServices;
        await using var scope = services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        if (context.Person() is not null && context.GetRouteValue("OrganizationId") is string id)
            scope.ServiceProvider.GetRequiredService<OrganizationApi>().Begin(context, id);
        try
        {
            await new RazorComponentResult<T> { StatusCode = status, PreventStreamingRendering = true }
                .ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = services;
        }
    }
}
