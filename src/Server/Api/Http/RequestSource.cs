using System.Net;
using System.Net.Sockets;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// Where a request comes from, as far as the connection tells: the address, or for IPv6 the network of 64 bits, since
/// one caller has as many addresses as they like. Headers of proxies are not believed.
/// </summary>
internal static class RequestSource
{
    /// <summary>The source of a request.</summary>
    internal static string Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    /// <summary>The source of an address.</summary>
    internal static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
