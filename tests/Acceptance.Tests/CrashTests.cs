using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Tallystick.Acceptance.Tests;

/// <summary>
/// Killed at any moment, the server loses nothing it acknowledged, counts nothing twice, and starts again.
/// </summary>
public sealed class CrashTests
{
    private const int BatchSize = 20;

    // Writers stop by themselves when the server is gone: one that hangs fails the test rather than the build.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly int Rounds = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 4 : 100;

    [Fact]
    public async Task Server_KilledUnderLoad_KeepsWhatItAcknowledgedOnce()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var server = new LiveServer();
        var free = PricedAccounts.Bands((0, 0, 1));
        var accounts = await PricedAccounts.SetUpAsync(
            server,
            ["crash"],
            "2026-01-01T00:00:00Z",
            new JsonObject { ["aggregation"] = "COUNT", ["pricingBands"] = free },
            new JsonObject { ["pricingBands"] = free.DeepClone() });
        var load = new Load(server);

        for (var round = 0; round < Rounds; round++)
        {
            var writers = Enumerable.Range(0, 2).Select(_ => load.WriteProductsAsync())
                .Concat(Enumerable.Range(0, 3).Select(_ => load.SubmitAsync()))
                .ToList();
            await Task.Delay(random.Next(50, 700), TestContext.Current.CancellationToken);
            server.Kill();
            await Task.WhenAll(writers).WaitAsync(Patience, TestContext.Current.CancellationToken);
            server.StartAgain();
        }
        await load.ResubmitAsync();

        load.Products.ShouldNotBeEmpty();
        foreach (var (id, acknowledged) in load.Products)
            ShouldBeKept(await server.GetAsync($"products/{id}"), acknowledged, $"seed {seed}");
        await server.RunAsync(
            "billjobs", new JsonObject { ["accountIds"] = new JsonArray(accounts[0]), ["billDate"] = "2026-04-01" });
        var lines = PricedAccounts.Lines(await server.GetAsync($"bills/latest/{accounts[0]}"));
        load.Submitted.ShouldBeGreaterThan(0);
        ((decimal)lines["context"]["quantity"]!).ShouldBe(load.Submitted, $"seed {seed}");
        ((decimal)lines["generated"]["quantity"]!).ShouldBe(load.SumOfValues, $"seed {seed}");
    }

    /// <summary>
    /// Holds that a product is as it was acknowledged, or as the update after it would make it: a change that was not
    /// answered is either whole or not there.
    /// </summary>
    private static void ShouldBeKept(JsonObject stored, JsonObject acknowledged, string seed)
    {
        if ((long)stored["version"]! == (long)acknowledged["version"]!)
        {
            stored.ToJsonString().ShouldBe(acknowledged.ToJsonString(), seed);
            return;
        }
        ((long)stored["version"]!).ShouldBe(2, seed);
        ((long)acknowledged["version"]!).ShouldBe(1, seed);
        foreach (var kept in new[] { "id", "code", "dtCreated", "createdBy" })
            ((string?)stored[kept]).ShouldBe((string?)acknowledged[kept], seed);
        ((string?)stored["name"]).ShouldBe($"Second of {stored["code"]}", seed);
    }

    /// <summary>Writers that remember what was acknowledged, and stop when the server is gone.</summary>
    private sealed class Load(LiveServer server)
    {
        private readonly ConcurrentQueue<JsonObject> _unanswered = new();
        private int _batch;

        /// <summary>Each product as it was last acknowledged.</summary>
        internal ConcurrentDictionary<string, JsonObject> Products { get; } = new();

        /// <summary>Measurements sent, each with a uid of its own.</summary>
        internal int Submitted => _batch * BatchSize;

        /// <summary>
        /// The sum of their values, each a different one: a lost measurement cannot hide behind a doubled one.
        /// </summary>
        internal decimal SumOfValues => Enumerable.Range(BatchSize, Submitted).Sum(value => (decimal)value);

        internal async Task WriteProductsAsync()
        {
            try
            {
                while (true)
                {
                    var product = await server.PostAsync("products", Product(Guid.NewGuid().ToString(), null));
                    Products[(string)product["id"]!] = product;
                    var updated = await server.PutAsync(
                        $"products/{product["id"]}", Product((string)product["code"]!, 1));
                    Products[(string)product["id"]!] = updated;
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
            {
                // Killed: what was not answered may or may not be there.
            }
        }

        internal async Task SubmitAsync()
        {
            while (true)
            {
                var batch = Batch(Interlocked.Increment(ref _batch));
                try
                {
                    await server.PostAsync("measurements", batch);
                }
                catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
                {
                    _unanswered.Enqueue(batch);
                    return;
                }
            }
        }

        /// <summary>Sends again what was not answered: afterwards every uid has arrived once or more.</summary>
        internal async Task ResubmitAsync()
        {
            while (_unanswered.TryDequeue(out var batch))
                await server.PostAsync("measurements", batch.DeepClone());
        }

        private static JsonObject Product(string code, long? version) =>
            new()
            {
                ["name"] = $"{(version is null ? "First" : "Second")} of {code}",
                ["code"] = code,
                ["version"] = version,
            };

        private static JsonObject Batch(int number) => new()
        {
            ["measurements"] = new JsonArray(
            [
                .. Enumerable.Range(0, BatchSize).Select(index => new JsonObject
                {
                    ["uid"] = $"{number}-{index}",
                    ["meter"] = PricedAccounts.Meter,
                    ["account"] = "crash",
                    ["ts"] = "2026-03-10T00:00:00Z",
                    ["measure"] = new JsonObject { ["context"] = 1, ["generated"] = (number * BatchSize) + index },
                }),
            ]),
        };
    }
}
