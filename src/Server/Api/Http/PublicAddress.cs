using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// Where links begin: with <c>TALLYSTICK_PUBLIC_URL</c> where it is given. Without it, links that are mailed or open an
/// account begin with the address that the server listens on, never with what a request says, which its sender chooses;
/// links to files, which are answered to that sender alone, begin with the address that the request was sent to.
/// </summary>
internal sealed class PublicAddress
{
    private readonly string? _configured;
    private readonly IServer _web;

    /// <exception cref="StoreUnavailableException">The setting cannot be used; the message says why.</exception>
    public PublicAddress(IConfiguration configuration, IServer web)
    {
        _web = web;
        _configured = configuration["TALLYSTICK_PUBLIC_URL"] is { Length: > 0 } url ? url.TrimEnd('/') : null;
        if (_configured is not null && !IsOrigin(_configured))
            throw new StoreUnavailableException(
                $"TALLYSTICK_PUBLIC_URL must be an address such as https://billing.example.com, not '{_configured}'.");
    }

    /// <summary>Where links for others begin: as configured, else the address that the server listens on.</summary>
    internal string Origin => _configured ?? OwnAddress(
        _web.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? ServerHost.DefaultUrl);

    /// <summary>Where links for the caller begin: as configured, else the address of the request.</summary>
    internal string Of(HttpRequest request) =>
        _configured ?? $"{request.Scheme}://{request.Host}{request.PathBase}";

    /// <summary>How to reach an address that is listened on, which may stand for all addresses.</summary>
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
