using System.Globalization;
using System.Net;

namespace Tallystick.Client;

/// <summary>When a request is repeated, and after how long.</summary>
internal static class RetryRules
{
    private static readonly TimeSpan LongestAdvice = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    /// <summary>Whether to repeat a request that was answered.</summary>
    internal static bool ShouldRetry(HttpResponseMessage response, bool isRepeatable)
    {
        // The server knows best.
        if (Header(response, "x-should-retry") is { } advice && bool.TryParse(advice, out var should))
            return should;
        return response.StatusCode switch
        {
            // Refused before anything was done.
            HttpStatusCode.TooManyRequests => true,
            HttpStatusCode.RequestTimeout => isRepeatable,
            HttpStatusCode.NotImplemented => false,
            >= HttpStatusCode.InternalServerError => isRepeatable,
            _ => false,
        };
    }

    /// <summary>Whether to repeat a request that was not answered.</summary>
    internal static bool ShouldRetry(HttpRequestException failure, bool isRepeatable) =>
        isRepeatable || failure.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError;

    /// <summary>How long the server asks to wait. Null if it does not, or for too long.</summary>
    internal static TimeSpan? Advice(HttpResponseMessage response, DateTimeOffset now)
    {
        TimeSpan? wait =
            Number(Header(response, "retry-after-ms")) is { } milliseconds
                ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue))
            : Number(Header(response, "Retry-After")) is { } seconds
                ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue))
            : response.Headers.RetryAfter?.Date is { } date ? date - now
            : null;
        return wait >= TimeSpan.Zero && wait < LongestAdvice ? wait : null;
    }

    /// <summary>Half a second, doubled with each attempt up to 8 seconds, less up to a quarter by chance.</summary>
    /// <param name="attempt">0 for the first.</param>
    /// <param name="chance">From 0 to 1.</param>
    internal static TimeSpan Backoff(int attempt, double chance) =>
        Min(FirstWait * Math.Pow(2, Math.Min(attempt, 10)), LongestWait) * (1 - 0.25 * chance);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) ? number : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
