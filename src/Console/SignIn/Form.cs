using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tallystick.Foundation.Values;

namespace Tallystick.Console.SignIn;

/// <summary>Runs what a form asks for, and turns refusals into a message for the page.</summary>
internal static class Form
{
    /// <summary>Runs it.</summary>
    /// <param name="context">The request, whose response gets the status of the refusal.</param>
    /// <param name="work">Returns the message of a refusal; null after a success.</param>
    /// <returns>The message; null after a success.</returns>
    internal static async Task<string?> RunAsync(HttpContext context, Func<Task<string?>> work)
    {
        var response = context.Response;
        try
        {
            if (await work() is not { } message)
                return null;
            response.StatusCode = StatusCodes.Status403Forbidden;
            return message;
        }
        catch (TooManyRequestsException tooMany)
        {
            response.StatusCode = StatusCodes.Status429TooManyRequests;
            response.Headers.RetryAfter = tooMany.SecondsToRetry.ToString(CultureInfo.InvariantCulture);
            return tooMany.Message;
        }
        catch (ForbiddenException forbidden)
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            return forbidden.Message;
        }
        catch (RefusedException refused)
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            return string.Join(" ", refused.Issues.Select(issue => issue.Path == "newPassword"
                ? $"The new password {issue.Message}." : $"{issue}."));
        }
    }

    /// <summary>Goes to a page after a success.</summary>
    internal static void Go(HttpContext context, string address)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = address;
    }
}
