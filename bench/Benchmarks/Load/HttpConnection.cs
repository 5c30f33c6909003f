using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tallystick.Benchmarks.Load;

/// <summary>A connection that is kept open: a bare socket, so that the generator takes little.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _answer = new byte[16 * 1024];

    public HttpConnection(Uri address) => _socket.Connect(address.Host, address.Port);

    /// <summary>Sends a request and waits for its answer, which is valid until the next one.</summary>
    public HttpAnswer Exchange(ReadOnlySpan<byte> request)
    {
        while (request.Length > 0)
            request = request[_socket.Send(request)..];
        var length = 0;
        while (true)
        {
            if (length == _answer.Length)
                Array.Resize(ref _answer, 2 * length);
            var count = _socket.Receive(_answer.AsSpan(length));
            if (count == 0)
                throw new InvalidOperationException("The server closed the connection.");
            length += count;
            var head = _answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && length >= head + 4 + ContentLength(_answer.AsSpan(0, head)))
                return new HttpAnswer(_answer.AsSpan(0, length), head + 4);
        }
    }

    /// <summary>Waits a little, or until the server has something to say.</summary>
    public void Pause(TimeSpan time) => _socket.Poll(time, SelectMode.SelectRead);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var name = "Content-Length: "u8;
        var at = head.IndexOf(name);
        if (at < 0)
            throw new InvalidOperationException("The answer has no Content-Length.");
        var value = head[(at + name.Length)..];
        var end = value.IndexOf((byte)'\r');
        return int.Parse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}

/// <summary>The answer to a request.</summary>
internal readonly ref struct HttpAnswer(ReadOnlySpan<byte> bytes, int bodyAt)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The status code.</summary>
    public int Status =>
        int.Parse(_bytes["HTTP/1.1 ".Length..].Slice(0, 3), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Body => _bytes[bodyAt..];

    /// <summary>All of it, to read.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_bytes);
}
