using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// The base URL of links. If <c>TALLYSTICK_PUBLIC_URL</c> is set, all links use it. Otherwise, links in mails and links
/// that open an account use the address that the server listens on, because the sender controls the address in a
/// request. Links to files are returned only to the sender, so they use the address of the request.
/// </summary>
internal sealed class PublicAddress
{
    private readonly string? _configured;
    private readonly IServer _web;

    /// <exception cref="StoreUnavailableException">The setting is not valid; the message says why.</exception>
    public PublicAddress(IConfiguration configuration, IServer web)
    {
        _web = web;
        _configured = configuration["TALLYSTICK_PUBLIC_URL"] is { Length: > 0 } url ? url.TrimEnd('/') : null;
        if (_configured is not null && !IsOrigin(_configured))
            throw new StoreUnavailableException(
                $"TALLYSTICK_PUBLIC_URL must be an address such as https://billing.example.com, not '{_configured}'.");
    }

    /// <summary>Base URL of links for others: as configured, or the address that the server listens on.</summary>
    internal string Origin => _configured ?? OwnAddress(
        _web.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? ServerHost.DefaultUrl);

    /// <summary>Base URL of links for the caller: as configured, or the address of the request.</summary>
    internal string Of(HttpRequest request) =>
        _configured ?? $"{request.Scheme}://{request.Host}{request.PathBase}";

    /// <summary>The URL by which a listening address, which can be a wildcard, is reached.</summary>
    internal static string OwnAddress(string listened)
    {
        var address = BindingAddress.Parse(listened);
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}://{host}:{address.Port}");
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;
}
