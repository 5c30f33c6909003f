using System.Text.Json.Nodes;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests;

/// <summary>The server on PostgreSQL, as its operator runs it.</summary>
public sealed class PostgresTests
{
    [Fact]
    public async Task Server_OnPostgres_KeepsConfigurationUsageAndBillsOverStopAndKill()
    {
        var database = await (await PostgresCluster.Shared).CreateDatabaseAsync();
        using var server = new LiveServer(new Dictionary<string, string> { ["TALLYSTICK_POSTGRES"] = database });
        var accounts = await PricedAccounts.SetUpAsync(
            server,
            ["one"],
            "2026-01-01T00:00:00Z",
            new JsonObject { ["pricingBands"] = PricedAccounts.Bands((0, 0, 2)) },
            new JsonObject { ["pricingBands"] = PricedAccounts.Bands((0, 0, 3)) });
        await SubmitAsync(server, "first", 5);
        await BillAsync(server, accounts[0]);
        // 10 + 5 x 2 + 1 x 3
        (await TotalAsync(server, accounts[0])).ShouldBe(23);
        var bill = (await server.GetAsync($"bills/latest/{accounts[0]}")).ToJsonString();

        server.Stop().ShouldBe(0);
        server.StartAgain();

        (await server.GetAsync($"bills/latest/{accounts[0]}")).ToJsonString().ShouldBe(bill);
        var account = await server.GetAsync($"accounts/{accounts[0]}");
        account["name"] = "Changed before the kill";
        await server.PutAsync($"accounts/{accounts[0]}", account);
        await SubmitAsync(server, "second", 7);

        server.Kill();
        server.StartAgain();

        ((string?)(await server.GetAsync($"accounts/{accounts[0]}"))["name"]).ShouldBe("Changed before the kill");
        await SubmitAsync(server, "second", 7);
        await BillAsync(server, accounts[0]);
        // 10 + (5 + 7) x 2 + 2 x 3
        (await TotalAsync(server, accounts[0])).ShouldBe(40);
        // The documents are in PostgreSQL and nowhere else.
        Directory.GetFiles(server.DataDirectory, "*.sqlite").ShouldBeEmpty();
    }

    [Fact]
    public async Task Database_InUseByAnotherServer_IsRefusedAtTheStart()
    {
        var settings = new Dictionary<string, string>
        {
            ["TALLYSTICK_POSTGRES"] = await (await PostgresCluster.Shared).CreateDatabaseAsync(),
        };
        using var server = new LiveServer(settings);

        var (code, said) = LiveServer.TryStart(settings);

        code.ShouldBe(1);
        said.ShouldContain("in use by another Tallystick");
        said.Trim().Split('\n').Length.ShouldBe(1, said);
    }

    private static async Task SubmitAsync(LiveServer server, string uid, int amount) =>
        await server.PostAsync("measurements", new JsonObject
        {
            ["measurements"] = new JsonArray(new JsonObject
            {
                ["uid"] = uid,
                ["meter"] = PricedAccounts.Meter,
                ["account"] = "one",
                ["ts"] = "2026-01-10T00:00:00Z",
                ["measure"] = new JsonObject { ["context"] = amount, ["generated"] = 1 },
            }),
        });

    private static Task BillAsync(LiveServer server, string account) => server.RunAsync(
        "billjobs", new JsonObject { ["accountIds"] = new JsonArray(account), ["billDate"] = "2026-02-01" });

    private static async Task<decimal> TotalAsync(LiveServer server, string account) =>
        (decimal)(await server.GetAsync($"bills/latest/{account}"))["billTotal"]!;
}
