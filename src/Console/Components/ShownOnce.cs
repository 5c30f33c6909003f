using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Console.SignIn;

namespace Tallystick.Console.Components;

/// <summary>
/// A secret that the next page shows once, such as that of a new access key. The browser carries it there, encrypted
/// for this person and this page, for a minute. To reload the page neither shows it again nor makes another one.
/// </summary>
internal static class ShownOnce
{
    private const string Cookie = "shown-once";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>Hands texts to the same page, which follows.</summary>
    internal static void Keep(HttpContext context, params IEnumerable<string> texts) => context.Response.Cookies.Append(
        Cookie, Protector(context).Protect(string.Join('\n', texts), Lifetime), Options(context));

    /// <summary>The texts; null for none.</summary>
    internal static string[]? Take(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method)
            || context.Request.Cookies[Cookie] is not { Length: > 0 } kept)
            return null;
        context.Response.Cookies.Delete(Cookie, Options(context));
        try
        {
            return Protector(context).Unprotect(kept).Split('\n');
        }
        catch (CryptographicException)
        {
            // It is too old, or of another person.
            return null;
        }
    }

    private static ITimeLimitedDataProtector Protector(HttpContext context) => context.RequestServices
        .GetRequiredService<IDataProtectionProvider>()
        .CreateProtector("Tallystick.ShownOnce", context.Person()!.Login.Id, context.Request.Path)
        .ToTimeLimitedDataProtector();

    private static CookieOptions Options(HttpContext context) => new()
    {
        Path = context.Request.Path,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        MaxAge = Lifetime,
    };
}
