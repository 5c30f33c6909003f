using System.Net;
using System.Net.Sockets;

namespace Tallystick.Server.Tests.Limits;

/// <summary>Connections from another address of this machine.</summary>
internal static class SourceAddress
{
    /// <summary>A socket that connects from an address.</summary>
    internal static Socket Bind(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return socket;
    }

    /// <summary>A client that opens a connection from an address for each request.</summary>
    internal static HttpClient Client(Uri server, string address)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = Bind(address);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = server };
        http.DefaultRequestHeaders.ConnectionClose = true;
        return http;
    }
}
