using System.Text.Json.Nodes;

namespace Tallystick.Acceptance.Tests;

/// <summary>Stopping and starting as an operator does.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Server_StoppedAndStarted_HasItsBillAndKeepsTokens()
    {
        using var server = new LiveServer();
        var free = PricedAccounts.Bands((0, 0, 1));
        var accounts = await PricedAccounts.SetUpAsync(
            server,
            ["one"],
            "2026-01-01T00:00:00Z",
            new JsonObject { ["pricingBands"] = free },
            new JsonObject { ["pricingBands"] = free.DeepClone() });
        await server.RunAsync(
            "billjobs", new JsonObject { ["accountIds"] = new JsonArray(accounts[0]), ["billDate"] = "2026-03-01" });
        var before = (await server.GetAsync($"bills/latest/{accounts[0]}")).ToJsonString();

        server.Stop().ShouldBe(0);
        server.StartAgain();

        // The token is that of the first start.
        (await server.GetAsync($"bills/latest/{accounts[0]}")).ToJsonString().ShouldBe(before);
    }

    [Fact]
    public void Server_SecondOnTheSameData_IsRefused()
    {
        using var server = new LiveServer();

        var (code, said) = server.StartSecond();

        code.ShouldBe(1);
        said.ShouldContain(server.DataDirectory);
    }
}
