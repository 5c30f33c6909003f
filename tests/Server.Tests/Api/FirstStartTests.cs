using System.Net;
using System.Net.Sockets;
using NodaTime;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Api;

/// <summary>The first start, which shows the credentials once.</summary>
public sealed class FirstStartTests
{
    [Fact]
    public async Task Server_FirstStartOnATakenAddress_IsRefusedAndLeavesTheCredentialsToTheNext()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var data = new TemporaryDirectory();

        var refused = await Should.ThrowAsync<StoreUnavailableException>(
            () => StartAsync(data, $"http://{taken.LocalEndpoint}"));
        await using var server = await StartAsync(data, "http://127.0.0.1:0");

        refused.Message.ShouldContain($"{taken.LocalEndpoint}");
        server.FirstCredentials.ShouldNotBeNull();
    }

    private static Task<RunningServer> StartAsync(TemporaryDirectory data, string address) =>
        ServerHost.StartAsync(["--urls", address, "--TALLYSTICK_DATA", data.Path], SystemClock.Instance);
}
