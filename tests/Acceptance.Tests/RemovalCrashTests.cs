using System.Text.Json.Nodes;

namespace Tallystick.Acceptance.Tests;

/// <summary>
/// Killed at any moment, the server voids and erases each measurement once, and only those that it must.
/// </summary>
public sealed class RemovalCrashTests
{
    private const int PerRound = 500;
    private const int VoidedPerRound = 50;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 4 : 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Removals_KilledAgainAndAgain_TakeWholeAndOnce()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var server = new LiveServer();
        await server.CreateAsync("meters", new JsonObject
        {
            ["name"] = "Calls",
            ["code"] = "calls",
            ["dataFields"] = JsonNode.Parse("""[{"category":"MEASURE","code":"n","name":"N","unit":"1"}]"""),
            ["derivedFields"] = new JsonArray(),
        });
        var gone = await server.CreateAsync("accounts", new JsonObject
        {
            ["code"] = "gone",
            ["name"] = "Gone",
            ["emailAddress"] = "gone@example.com",
        });
        List<string> voids = [];
        string? erasure = null;
        for (var round = 0; round < Rounds; round++)
        {
            await SubmitAsync(server, round, "kept");
            await SubmitAsync(server, round, "gone");
            voids.Add(await server.CreateAsync("measurements/voids", new JsonObject
            {
                ["reason"] = $"round {round}",
                ["uids"] = new JsonArray(
                    [.. Enumerable.Range(0, VoidedPerRound).Select(number => (JsonNode)$"kept-{round}-{number}")]),
            }));
            if (round == Rounds / 2)
            {
                erasure = await server.CreateAsync(
                    "measurements/erasures", new JsonObject { ["accountId"] = gone, ["reason"] = "on request" });
            }
            await Task.Delay(random.Next(0, 400), TestContext.Current.CancellationToken);
            server.Kill();
            server.StartAgain();
        }

        foreach (var one in voids)
        {
            var done = await DoneAsync(server, $"measurements/voids/{one}");
            ((long)done["voided"]!).ShouldBe(VoidedPerRound, $"seed {seed}");
            done["notFound"]!.AsArray().ShouldBeEmpty($"seed {seed}");
        }
        var erased = PerRound * (Rounds / 2 + 1);
        var ended = await DoneAsync(server, $"measurements/erasures/{erasure}");
        ((long)ended["erased"]!).ShouldBe(erased, $"seed {seed}");
        server.Kill();
        server.StartAgain();
        // All of it again: no uid is free.
        for (var round = 0; round < Rounds; round++)
        {
            await SubmitAsync(server, round, "kept");
            await SubmitAsync(server, round, "gone");
        }
        var (kept, left) = (Rounds * (PerRound - VoidedPerRound), PerRound * Rounds - erased);
        (await CountAsync(server)).ShouldBe(kept + left, $"seed {seed}");
        var totals = (await server.GetAsync("measurements/conservation"))["totals"]!;
        ((long)totals["stored"]!).ShouldBe(kept + left, $"seed {seed}");
        ((long)totals["voided"]!).ShouldBe(Rounds * VoidedPerRound, $"seed {seed}");
        ((long)totals["erased"]!).ShouldBe(erased, $"seed {seed}");
        ((long)totals["duplicate"]!).ShouldBe(2 * Rounds * PerRound, $"seed {seed}");
        ((long)totals["mismatch"]!).ShouldBe(0, $"seed {seed}");
    }

    private static Task SubmitAsync(LiveServer server, int round, string account) =>
        server.PostAsync("measurements", new JsonObject
        {
            ["measurements"] = new JsonArray(
            [
                .. Enumerable.Range(0, PerRound).Select(number => new JsonObject
                {
                    ["uid"] = $"{account}-{round}-{number}",
                    ["meter"] = "calls",
                    ["account"] = account,
                    ["ts"] = "2026-01-10T00:00:00Z",
                    ["measure"] = new JsonObject { ["n"] = 1 },
                }),
            ]),
        });

    private static async Task<JsonObject> DoneAsync(LiveServer server, string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        JsonObject read;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            read = await server.GetAsync(path);
        }
        while ((string?)read["status"] != "DONE");
        return read;
    }

    private static async Task<decimal> CountAsync(LiveServer server)
    {
        var meters = await server.GetAsync("meters");
        var answer = await server.PostAsync("usage/query", new JsonObject
        {
            ["startDate"] = "2026-01-01",
            ["endDate"] = "2026-02-01",
            ["aggregations"] = new JsonArray(new JsonObject
            {
                ["meterId"] = meters["data"]![0]!["id"]!.DeepClone(),
                ["fieldCode"] = "n",
                ["fieldType"] = "MEASURE",
                ["function"] = "COUNT",
            }),
        });
        return (decimal)answer["data"]![0]!["calls.n.COUNT"]!;
    }
}
