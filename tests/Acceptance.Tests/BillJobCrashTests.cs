using System.Text.Json.Nodes;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests;

/// <summary>
/// A bill job of many accounts goes on after whatever interrupts it: no bill is missing, doubled or half written.
/// </summary>
public sealed class BillJobCrashTests
{
    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is not null;
    private static readonly int Accounts = IsSoak ? 10_000 : 600;
    private static readonly int Kills = IsSoak ? 20 : 3;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(IsSoak ? 30 : 2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(IsSoak ? 20 : 3);

    [Fact]
    public async Task BillJob_KilledAgainAndAgain_MakesEachBillOnce()
    {
        using var server = new LiveServer();
        var accounts = await SetUpAsync(server);
        var job = await server.CreateAsync("billjobs", new JsonObject { ["billDate"] = "2026-02-01" });

        for (var kill = 1; kill <= Kills; kill++)
        {
            // Spread over the whole job, each at another place of a step.
            await BilledAsync(server, job, Accounts * kill / (Kills + 1));
            server.Kill();
            server.StartAgain();
        }

        await ShouldHaveBilledAsync(server, job, accounts);
    }

    [Fact]
    public async Task BillJob_WhosePostgresIsStoppedInTheMiddle_GoesOnAndUsageIsTakenThroughout()
    {
        using var cluster = await PostgresCluster.StartNewAsync();
        var database = await cluster.CreateDatabaseAsync();
        using var server = new LiveServer(new Dictionary<string, string> { ["TALLYSTICK_POSTGRES"] = database });
        var accounts = await SetUpAsync(server);
        var job = await server.CreateAsync("billjobs", new JsonObject { ["billDate"] = "2026-02-01" });
        await BilledAsync(server, job, Accounts / 3);

        await cluster.CrashAsync();
        var back = Task.Delay(Outage, TestContext.Current.CancellationToken);
        var sent = 0;
        while (!back.IsCompleted)
            await SubmitAsync(server, [$"outage-{sent++}"], "a0");
        await cluster.StartAsync();

        sent.ShouldBeGreaterThan(0);
        await ShouldHaveBilledAsync(server, job, accounts);
    }

    private static async Task<IReadOnlyList<string>> SetUpAsync(LiveServer server)
    {
        var codes = Enumerable.Range(0, Accounts).Select(number => $"a{number}").ToList();
        var free = PricedAccounts.Bands((0, 0, 0));
        var accounts = await PricedAccounts.SetUpAsync(
            server,
            codes,
            "2026-01-01T00:00:00Z",
            new JsonObject { ["pricingBands"] = PricedAccounts.Bands((0, 0, 2)) },
            new JsonObject { ["pricingBands"] = free });
        var config = await server.GetAsync("organizationconfig");
        (config["billPrefix"], config["sequenceStartNumber"]) = ("INV-", 0);
        await server.PutAsync("organizationconfig", config);
        foreach (var some in codes.Chunk(1000))
            await SubmitAsync(server, some);
        return accounts;
    }

    // A measurement of 5 for each of the uids; the account has the same name unless it is given.
    private static Task SubmitAsync(LiveServer server, IReadOnlyList<string> uids, string? account = null) =>
        server.PostAsync("measurements", new JsonObject
        {
            ["measurements"] = new JsonArray(
            [
                .. uids.Select(uid => new JsonObject
                {
                    ["uid"] = uid,
                    ["meter"] = PricedAccounts.Meter,
                    ["account"] = account ?? uid,
                    ["ts"] = account is null ? "2026-01-10T00:00:00Z" : "2026-03-10T00:00:00Z",
                    ["measure"] = new JsonObject { ["context"] = 5, ["generated"] = 1 },
                }),
            ]),
        });

    private static async Task BilledAsync(LiveServer server, string job, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        JsonObject read;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            read = await server.GetAsync($"billjobs/{job}");
        }
        while ((string?)read["status"] != "COMPLETE" && (read["billIds"]?.AsArray().Count ?? 0) < count);
    }

    private static async Task ShouldHaveBilledAsync(LiveServer server, string job, IReadOnlyList<string> accounts)
    {
        using var patience = new CancellationTokenSource(Patience);
        JsonObject ended;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
            ended = await server.GetAsync($"billjobs/{job}");
        }
        while ((string?)ended["status"] != "COMPLETE");
        ended["failures"]?.ToJsonString().ShouldBeNull();
        var ids = ended["billIds"]!.AsArray().Select(id => (string)id!).ToList();
        var bills = await AllAsync(server, "bills?pageSize=100&includeBillTotal=true");
        bills.Select(bill => (string)bill["id"]!).Order().ShouldBe(ids.Order());
        bills.Select(bill => (string)bill["accountId"]!).Order().ShouldBe(accounts.Order());
        // Each was calculated once: a second time would have given it another version.
        bills.Select(bill => (long)bill["version"]!).Distinct().ShouldBe([1]);
        // 10 + 5 x 2
        bills.Select(bill => (decimal)bill["billTotal"]!).Distinct().ShouldBe([20]);
        bills.Select(bill => (string)bill["sequentialInvoiceNumber"]!).Order().ShouldBe(
            Enumerable.Range(1, accounts.Count).Select(number => $"INV-{number}").Order());
        bills.Select(bill => bill["lineItems"]!.AsArray().Count).Distinct().Count().ShouldBe(1);
    }

    private static async Task<IReadOnlyList<JsonObject>> AllAsync(LiveServer server, string path)
    {
        var all = new List<JsonObject>();
        string? token = "";
        while (token is not null)
        {
            var page = await server.GetAsync($"{path}&nextToken={Uri.EscapeDataString(token)}");
            all.AddRange(page["data"]!.AsArray().Select(one => one!.AsObject()));
            token = (string?)page["nextToken"];
        }
        return all;
    }
}
