using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;
using Tallystick.Server.Tests.Api;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Limits;

/// <summary>What a body may cost, from whoever it comes.</summary>
public sealed class BodyLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/signin")]
    [InlineData("/invitations/accept")]
    [InlineData("/oauth/token")]
    public async Task Body_WithoutAToken_IsSmall(string path)
    {
        await using var server = await ApiServer.StartAsync();

        // The answer comes before the body does.
        (await AnswerAsync(server, path, "Content-Length: 16384", "")).ShouldStartWith("HTTP/1.1 413 ");
        (await AnswerAsync(
            server, path, "Transfer-Encoding: chunked", $"4000\r\n{new string(' ', 16384)}\r\n0\r\n\r\n"))
            .ShouldStartWith("HTTP/1.1 413 ");
        (await AnswerAsync(server, path, "Content-Length: 2", "{}")).ShouldStartWith("HTTP/1.1 40");
    }

    [Theory]
    [InlineData("/signin")]
    [InlineData("/oauth/token")]
    [InlineData("/organizations/{orgId}/measurements")]
    [InlineData("/organizations/{orgId}/products")]
    public async Task Body_ThatTakesTooLong_IsRefused(string path)
    {
        await using var server = await ApiServer.StartAsync(settings: ["--TALLYSTICK_BODY_SECONDS", "1"]);

        var answer = await AnswerAsync(server, path, "Content-Length: 1000", "{");

        answer.ShouldStartWith("HTTP/1.1 408 ");
        answer.ShouldContain("Connection: close");
        answer.ShouldContain("The request body must arrive within 1 seconds");
    }

    [Theory]
    [InlineData("/signin", 1000)]
    [InlineData("/oauth/token", 1000)]
    [InlineData("/organizations/{orgId}/measurements", 1000)]
    [InlineData("/organizations/{orgId}/products", 1000)]
    [InlineData("/signin", 3_000_000)]
    [InlineData("/organizations/{orgId}/measurements", 600_000)]
    public async Task Body_CutOff_LeavesNothingInTheLog(string path, int length)
    {
        await using var server = await ApiServer.StartAsync();
        var log = new CollectingLog();
        server.Service<ILoggerFactory>().AddProvider(log);

        for (var time = 0; time < 20; time++)
        {
            using var connection = await SendAsync(server, path, $"Content-Length: {length}", "{\"a\":");
            // Half of them are reset, half are closed in order.
            if (time % 2 == 0)
                connection.LingerState = new LingerOption(enable: true, 0);
        }

        // The server has seen them off once as many requests that came later are answered.
        for (var time = 0; time < 20; time++)
            (await AnswerAsync(server, path, "Content-Length: 1", "{")).ShouldStartWith("HTTP/1.1 4");
        log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Connections_BeyondTheLimit_AreClosedAndOthersServed()
    {
        await using var server = await ApiServer.StartAsync(settings: ["--TALLYSTICK_MAX_CONNECTIONS", "10"]);
        var log = new CollectingLog();
        server.Service<ILoggerFactory>().AddProvider(log);
        var held = new List<Socket>();
        for (var number = 0; number < 30; number++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server.Address.Host, server.Address.Port, Token);
            held.Add(socket);
        }

        (await server.Client.GetAsync("products")).Data.ShouldBeEmpty();

        (await held[^1].ReceiveAsync(new byte[1], Token)).ShouldBe(0);
        log.Lines.ShouldHaveSingleItem().ShouldContain("TALLYSTICK_MAX_CONNECTIONS");
        held.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData(512, 256)]
    [InlineData(1024, 768)]
    [InlineData(100, 50)]
    [InlineData(1_000_000, 750_000)]
    public void Connections_LeaveHandlesForFiles(int handles, int expected) =>
        RequestLimits.Available(handles).ShouldBe(expected);

    [Fact]
    public void FileHandles_AreThoseOfTheProcess()
    {
        FileHandles.Read(["Limit Soft Hard Units", "Max open files            1024                 4096     files"])
            .ShouldBe(4096);
        FileHandles.Read(["Max open files            1024                 unlimited     files"]).ShouldBe(1_000_000);
    }

    [Theory]
    [InlineData("--TALLYSTICK_BODY_SECONDS", "0")]
    [InlineData("--TALLYSTICK_MAX_CONNECTIONS", "999999999")]
    [InlineData("--TALLYSTICK_MAX_CONNECTIONS_PER_SOURCE", "-1")]
    [InlineData("--TALLYSTICK_HEADER_SECONDS", "0")]
    [InlineData("--TALLYSTICK_MAX_QUERIES", "many")]
    [InlineData("--TALLYSTICK_QUERY_SECONDS", "-1")]
    [InlineData("--TALLYSTICK_AUTOMATIC_ACCOUNTS", "1.5")]
    [InlineData("--TALLYSTICK_MEASUREMENT_MEMORY", "255")]
    public async Task Server_WithALimitThatCannotBe_DoesNotStart(string setting, string value)
    {
        using var data = new TemporaryDirectory();

        var refused = await Should.ThrowAsync<StoreUnavailableException>(() => ServerHost.StartAsync(
            ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data.Path, setting, value],
            NodaTime.SystemClock.Instance));

        refused.Message.ShouldStartWith($"{setting[2..]} must be an integer from ");
    }

    private static async Task<Socket> SendAsync(ApiServer server, string path, string header, string body)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address.Host, server.Address.Port, Token);
        var token = server.Client.Http.DefaultRequestHeaders.Authorization;
        var authorization = path.Contains("{orgId}", StringComparison.Ordinal) ? $"Authorization: {token}\r\n" : "";
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"POST {path.Replace("{orgId}", server.OrganizationId, StringComparison.Ordinal)} HTTP/1.1\r\n"
                + $"Host: {server.Address.Authority}\r\n{authorization}{header}\r\n\r\n{body}"),
            Token);
        return socket;
    }

    private static async Task<string> AnswerAsync(ApiServer server, string path, string header, string body)
    {
        using var socket = await SendAsync(server, path, header, body);
        var buffer = new byte[8192];
        var length = 0;
        while (!Encoding.UTF8.GetString(buffer, 0, length).Contains('}', StringComparison.Ordinal)
            && await socket.ReceiveAsync(buffer.AsMemory(length), Token) is > 0 and var read)
            length += read;
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
