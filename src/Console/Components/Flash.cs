using Microsoft.AspNetCore.Http;

namespace Tallystick.Console.Components;

/// <summary>What the next page says about what was done. The browser carries it there and forgets it.</summary>
internal static class Flash
{
    private const string Cookie = "flash";
    private const int MaxLength = 300;

    /// <summary>Says it on the next page.</summary>
    internal static void Say(HttpContext context, string? message)
    {
        if (message is null)
            return;
        context.Response.Cookies.Append(Cookie, message.Length > MaxLength ? message[..MaxLength] : message, new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            MaxAge = TimeSpan.FromMinutes(1),
        });
    }

    /// <summary>What the page before said; null for nothing.</summary>
    internal static string? Take(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method)
            || context.Request.Cookies[Cookie] is not { Length: > 0 } message)
            return null;
        context.Response.OnStarting(() =>
        {
            // A page that leads to another one leaves the message to that.
            if (context.Response.StatusCode is < 300 or >= 400)
                context.Response.Cookies.Delete(Cookie);
            return Task.CompletedTask;
        });
        return message;
    }
}
