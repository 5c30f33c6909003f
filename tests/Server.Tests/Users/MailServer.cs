using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Tallystick.Server.Tests.Users;

/// <summary>Takes messages by SMTP.</summary>
internal sealed class MailServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();

    internal MailServer()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Settings of a product that sends its mail here.</summary>
    internal string[] Settings =>
        ["--TALLYSTICK_SMTP", $"smtp://127.0.0.1:{Port}", "--TALLYSTICK_MAIL_FROM", "billing@example.com"];

    /// <summary>How many messages have come and were not asked for yet.</summary>
    internal int Waiting => _received.Reader.Count;

    /// <summary>The next message.</summary>
    internal async Task<string> ReceiveAsync() =>
        await _received.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>The link in the next message.</summary>
    internal async Task<string> ReceiveLinkAsync()
    {
        var mail = (await ReceiveAsync()).Replace("=\r\n", "", StringComparison.Ordinal)
            .Replace("=3D", "=", StringComparison.Ordinal);
        return mail.Split("\r\n").Single(line => line.StartsWith("http", StringComparison.Ordinal));
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                await ServeAsync(connection);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        await using var writer = new StreamWriter(connection.GetStream(), Encoding.Latin1)
        {
            NewLine = "\r\n",
            AutoFlush = true,
        };
        await writer.WriteLineAsync("220 test");
        while (await reader.ReadLineAsync() is { } line)
        {
            await writer.WriteLineAsync(line switch
            {
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 ok",
            });
            if (line == "QUIT")
                return;
            if (line != "DATA")
                continue;
            var message = new StringBuilder();
            while (await reader.ReadLineAsync() is { } text && text != ".")
                message.Append(text).Append("\r\n");
            // Before it is acknowledged, so that whoever was told that it was sent finds it here.
            _received.Writer.TryWrite(message.ToString());
            await writer.WriteLineAsync("250 taken");
        }
    }
}
