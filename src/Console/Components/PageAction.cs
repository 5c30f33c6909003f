using Microsoft.AspNetCore.Http;
using Tallystick.Client;
using Tallystick.Console.SignIn;

namespace Tallystick.Console.Components;

/// <summary>Runs the action of a button, and goes on with a message or stays with the fault.</summary>
internal static class PageAction
{
    /// <summary>Runs it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="run">The action.</param>
    /// <param name="message">What is said afterwards; null for nothing.</param>
    /// <param name="done">Where to go afterwards; null for the same page.</param>
    /// <returns>Why the API refused it; null after a success.</returns>
    internal static async Task<string?> RunAsync(HttpContext context, Func<Task> run, string? message, string? done)
    {
        try
        {
            await run();
        }
        catch (TallystickApiException refused)
        {
            return Faults.Answer(context, refused);
        }
        Flash.Say(context, message);
        Form.Go(context, done ?? context.Request.Path + context.Request.QueryString);
        return null;
    }
}
