using System.Globalization;
using Microsoft.AspNetCore.Http;
using NodaTime;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Metering.Ingest;

/// <summary>
/// How many measurements arrive per second: the difference to what the same browser was told a moment before, which it
/// keeps in a cookie, so that the server need not.
/// </summary>
internal static class IngestRate
{
    /// <summary>How often the page asks.</summary>
    internal const int Milliseconds = 5_000;

    private const string Cookie = "ingest-rate";

    // After a longer pause, the rate would say nothing about now.
    private static readonly Duration MaxPause = Duration.FromMinutes(2);

    /// <summary>The rate in words; and keeps the count for the next time.</summary>
    internal static string Measure(HttpContext context, string organizationId, Instant now, long accepted)
    {
        var former = Read(context.Request.Cookies[Cookie], organizationId);
        var kept = string.Create(
            CultureInfo.InvariantCulture, $"{organizationId}.{now.ToUnixTimeMilliseconds()}.{accepted}");
        context.Response.Cookies.Append(
            Cookie, kept, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
                MaxAge = MaxPause.ToTimeSpan(),
            });
        if (former is not var (time, count) || now - time > MaxPause || now <= time || accepted < count)
            return "Measuring…";
        var perSecond = (accepted - count) * 1000m / (now - time).BclCompatibleTicks * TimeSpan.TicksPerMillisecond;
        return $"{Figure.Quantity(decimal.Round(perSecond, 1, MidpointRounding.AwayFromZero))} per second";
    }

    private static (Instant Time, long Accepted)? Read(string? text, string organizationId) =>
        text?.Split('.') is [var id, var time, var count] && id == organizationId
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds < Instant.MaxValue.ToUnixTimeMilliseconds()
        && long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var accepted)
            ? (Instant.FromUnixTimeMilliseconds(milliseconds), accepted) : null;
}
