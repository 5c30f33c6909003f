using System.Net;
using System.Net.Sockets;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// The source of a request: the IP address of the connection, or its /64 network for IPv6, because one caller can use
/// any number of addresses within it. Headers of proxies are not trusted.
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
