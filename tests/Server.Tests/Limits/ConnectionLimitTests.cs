using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tallystick.Server.Hosting;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Installation;

namespace Tallystick.Server.Tests.Limits;

/// <summary>Connections that one source holds keep nobody else out, and those that nobody uses end.</summary>
public sealed class ConnectionLimitTests
{
    private const string Greedy = "127.0.0.2";
    private const string Other = "127.0.0.1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_OfOneSource_KeepNobodyElseOut()
    {
        await using var server = await ApiServer.StartAsync(settings: ["--TALLYSTICK_MAX_CONNECTIONS", "20"]);
        using var greedy = SourceAddress.Client(server.Address, Greedy);
        using var other = SourceAddress.Client(server.Address, Other);
        var held = new List<Socket>();
        for (var number = 0; number < 10; number++)
            held.Add(await UseAsync(server.Address));

        for (var number = 0; number < 20; number++)
        {
            using var refused = await ConnectAsync(server.Address);
            (await refused.ReceiveAsync(new byte[1], Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Token))
                .ShouldBe(0);
        }
        await Should.ThrowAsync<HttpRequestException>(() => StatusAsync(greedy));
        (await StatusAsync(other)).ShouldBe(HttpStatusCode.OK);

        var limit = server.Service<ConnectionLimit>();
        limit.RefusedBySource.ShouldBeGreaterThanOrEqualTo(21);
        limit.RefusedByTotal.ShouldBe(0);
        held.ForEach(socket => socket.Dispose());
        await ServedAgainAsync(async () => (await StatusAsync(greedy)).ShouldBe(HttpStatusCode.OK));
    }

    [Fact]
    public async Task Connections_OnAllAddresses_AreCountedTogether()
    {
        using var restarts = new Restarts();
        await using var server = await restarts.StartAsync(
            "--TALLYSTICK_METRICS_URL", "http://127.0.0.1:0", "--TALLYSTICK_MAX_CONNECTIONS", "3",
            "--TALLYSTICK_MAX_CONNECTIONS_PER_SOURCE", "0");
        var held = new List<Socket>();
        for (var number = 0; number < 3; number++)
            held.Add(await UseAsync(server.Address));
        using var metrics = SourceAddress.Client(server.MetricsAddress.ShouldNotBeNull(), Other);

        await Should.ThrowAsync<HttpRequestException>(() => metrics.GetStringAsync("", Token));

        held.ForEach(socket => socket.Dispose());
        var text = "";
        await ServedAgainAsync(async () => text = await metrics.GetStringAsync("", Token));
        text.ShouldContain("tallystick_connections_open ");
        text.ShouldContain("tallystick_connections_refused_total");
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /health/live HTTP/1.1\r\n")]
    public async Task Connection_ThatSendsNoRequest_IsClosed(string sent)
    {
        await using var server = await ApiServer.StartAsync(settings: ["--TALLYSTICK_HEADER_SECONDS", "1"]);
        using var socket = await ConnectAsync(server.Address);
        await socket.SendAsync(Encoding.ASCII.GetBytes(sent), Token);

        var begun = Stopwatch.GetTimestamp();
        var answer = await ReadAsync(socket);

        // One that has had a request may wait for the next one for longer.
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(30));
        if (sent.Length == 0)
            answer.ShouldBeEmpty();
        else
            answer.ShouldStartWith("HTTP/1.1 408 ");
    }

    [Fact]
    public async Task Server_WithIdleConnections_StopsAtOnce()
    {
        var server = await ApiServer.StartAsync(settings: ["--TALLYSTICK_HEADER_SECONDS", "60"]);
        using var unused = await ConnectAsync(server.Address);
        using var used = await UseAsync(server.Address);

        var begun = Stopwatch.GetTimestamp();
        await server.DisposeAsync();

        // A host waits for 30 seconds for connections that do not end.
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1")]
    [InlineData("2001:db8::1", "2001:db8::ffff:2")]
    public void Addresses_OfOneSource_AreCountedTogether(string one, string another)
    {
        var limit = Limit(total: 10, perSource: 1);

        limit.TryEnter(IPAddress.Parse(one)).ShouldBeTrue();
        limit.TryEnter(IPAddress.Parse(another)).ShouldBeFalse();
        limit.Leave(IPAddress.Parse(one));
        limit.TryEnter(IPAddress.Parse(another)).ShouldBeTrue();
        limit.Leave(IPAddress.Parse(another));

        (limit.Open, limit.Sources).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1")]
    public void Addresses_OfDifferentSources_AreCountedApart(string one, string another)
    {
        var limit = Limit(total: 2, perSource: 1);

        limit.TryEnter(IPAddress.Parse(one)).ShouldBeTrue();
        limit.TryEnter(IPAddress.Parse(another)).ShouldBeTrue();

        limit.TryEnter(IPAddress.Parse("10.0.0.3")).ShouldBeFalse();
        (limit.RefusedBySource, limit.RefusedByTotal).ShouldBe((0, 1));
    }

    [Theory]
    [InlineData(0, "10.0.0.1")]
    [InlineData(5, "10.0.0.1")]
    [InlineData(1, null)]
    public void Source_WithoutALimit_HasAllConnections(int perSource, string? address)
    {
        var limit = Limit(total: 5, perSource);
        var source = address is null ? null : IPAddress.Parse(address);

        Enumerable.Range(0, 6).Count(_ => limit.TryEnter(source)).ShouldBe(5);
    }

    private static ConnectionLimit Limit(int total, int perSource) => new(
        new RequestLimits { Connections = total, ConnectionsPerSource = perSource }, TimeProvider.System,
        NullLogger<ConnectionLimit>.Instance);

    private static async Task<Socket> ConnectAsync(Uri server)
    {
        var socket = SourceAddress.Bind(Greedy);
        await socket.ConnectAsync(server.Host, server.Port, Token);
        return socket;
    }

    /// <summary>A connection that the server has counted, since it has answered on it.</summary>
    private static async Task<Socket> UseAsync(Uri server)
    {
        var socket = await ConnectAsync(server);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"HEAD /health/live HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n"), Token);
        var buffer = new byte[4096];
        var length = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, length).EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), Token);
            read.ShouldBeGreaterThan(0);
            length += read;
        }
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Token);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/live", Token);
        return answer.StatusCode;
    }

    /// <summary>The server hears of closed connections a moment later.</summary>
    private static async Task ServedAgainAsync(Func<Task> ask)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30))
            {
                // Again.
            }
        }
    }
}
