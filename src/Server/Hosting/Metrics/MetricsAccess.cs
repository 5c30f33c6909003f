using System.Security.Cryptography;
using System.Text;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Hosting.Metrics;

/// <summary>
/// Controls access to <c>/metrics</c>: everybody who can reach the server has access, unless settings move it to a
/// separate address or require a token.
/// </summary>
/// <param name="url">From <c>TALLYSTICK_METRICS_URL</c>.</param>
/// <param name="token">From <c>TALLYSTICK_METRICS_TOKEN</c>.</param>
internal sealed class MetricsAccess(string? url, string? token)
{
    /// <summary>The path of the metrics.</summary>
    internal const string Path = "/metrics";

    private const int MinTokenLength = 16;
    private readonly byte[]? _tokenHash = token is null ? null : Hash(token);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StoreUnavailableException">A setting is invalid; the message states why.</exception>
    internal static MetricsAccess From(IConfiguration configuration)
    {
        var (url, token) = (configuration["TALLYSTICK_METRICS_URL"], configuration["TALLYSTICK_METRICS_TOKEN"]);
        if (url is { Length: > 0 } && !ServerUrls.IsUrl(url))
            throw new StoreUnavailableException(
                $"TALLYSTICK_METRICS_URL must be an address such as http://127.0.0.1:9464, not '{url}'.");
        if (token is { Length: > 0 and < MinTokenLength })
            throw new StoreUnavailableException(
                $"TALLYSTICK_METRICS_TOKEN must have at least {MinTokenLength} characters.");
        return new MetricsAccess(
            url is { Length: > 0 } ? url : null, token is { Length: > 0 } ? token : null);
    }

    /// <summary>True if the metrics have a separate address.</summary>
    internal bool HasOwnAddress => url is not null;

    /// <summary>The addresses to listen on: those of the API and, last, that of the metrics.</summary>
    internal string AddTo(string urls) => url is null ? urls : $"{urls};{url}";

    /// <summary>Middleware that runs before routing.</summary>
    internal Task GuardAsync(HttpContext context, WebApplication app, RequestDelegate next)
    {
        var isOfMetrics = context.Request.Path == Path;
        if (url is not null && isOfMetrics != (context.Connection.LocalPort == new Uri(app.Urls.Last()).Port))
            return ErrorAnswer.WriteAsync(
                context, StatusCodes.Status404NotFound, $"{context.Request.Path} is not available at this address.");
        if (!isOfMetrics || _tokenHash is null || IsToken(context.Request.Headers.Authorization.ToString()))
            return next(context);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ErrorAnswer.WriteAsync(
            context, StatusCodes.Status401Unauthorized,
            "Send the value of TALLYSTICK_METRICS_TOKEN as the bearer token.");
    }

    private bool IsToken(string header)
    {
        const string Scheme = "Bearer ";
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(header[Scheme.Length..].Trim()), _tokenHash);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
