using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Console.Pages.Faults;

namespace Tallystick.Console.SignIn;

/// <summary>Signs out: a form on every page posts to it.</summary>
internal static class SignOut
{
    internal const string Path = "/sign-out";

    internal static async Task RunAsync(HttpContext context)
    {
        if (!await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await FaultPages.WriteAsync<StaleFormPage>(context, StatusCodes.Status400BadRequest);
            return;
        }
        await SessionCookie.EndAsync(context);
        context.Response.Redirect("/sign-in");
    }
}
