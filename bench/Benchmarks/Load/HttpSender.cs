using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Tallystick.Benchmarks.Serving;

namespace Tallystick.Benchmarks.Load;

/// <summary>Sends over one connection that is kept open: bare sockets, so that the generator takes little.</summary>
internal sealed class HttpSender : IBatchSender
{
    // Short, so that the time of the answer tells how long the server was busy.
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(5);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[16 * 1024];
    private readonly RequestTemplate[] _templates;
    private readonly int _connection;

    public HttpSender(ServingProcess server, Workload workload, Shape shape, int connection)
    {
        _connection = connection;
        _templates = [.. Enumerable.Range(0, new BatchNumbers(shape).Templates)
            .Select(template => new RequestTemplate(
                workload, template, shape.Batch,
                $"/organizations/{server.OrganizationId}/measurements", server.Token))];
        _socket.Connect(server.Address.Host, server.Address.Port);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The server refused the batch.</exception>
    public void Send(int template, long[] numbers)
    {
        var request = _templates[template].Fill(_connection, numbers);
        while (true)
        {
            for (var rest = request; rest.Length > 0;)
                rest = rest[_socket.Send(rest)..];
            var answer = ReadAnswer();
            if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                return;
            // Busy: the batch was not taken, and is sent until it is.
            if (!answer.StartsWith("HTTP/1.1 429", StringComparison.Ordinal))
                throw new InvalidOperationException(answer);
            _socket.Poll(BusyPause, SelectMode.SelectRead);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private string ReadAnswer()
    {
        var length = 0;
        while (true)
        {
            var count = _socket.Receive(_answer.AsSpan(length));
            if (count == 0)
                throw new InvalidOperationException("The server closed the connection.");
            length += count;
            var head = _answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && length >= head + 4 + ContentLength(_answer.AsSpan(0, head)))
                return Encoding.UTF8.GetString(_answer, 0, length);
        }
    }

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
