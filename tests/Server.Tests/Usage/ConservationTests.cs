using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Every accepted measurement is accounted for over HTTP.</summary>
public sealed class ConservationTests(SqliteServer shared)
{
    [Fact]
    public async Task Conservation_ByMeterAndDayOfReceipt_AccountsForEach()
    {
        var clock = new FakeClock(Instant.FromUtc(2025, 3, 1, 23, 59, 59));
        await using var server = await ApiServer.StartAsync(clock: clock);
        var usage = new MeteredUsage(server.Client);
        await usage.MeterAsync("calls", "measure.n");
        await usage.SubmitAsync("calls acme 2025-01-01 measure.n=1", "calls acme 2025-01-02 measure.n=1");
        await usage.SubmitAsync("calls acme 2025-01-01 measure.n=1", "nothing acme 2025-01-01 measure.n=1");
        clock.AdvanceSeconds(1);
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-01-01 measure.n=1", "new"));
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-01-01 cost.n=1", "bad"));
        await usage.QueryAsync("\"limit\":1");

        var all = await ReadAsync(server.Client, "");

        all.ShouldBe(
        [
            "total 6 = 3 + 1 + 2 + 0, 0",
            "2025-03-01 calls 3 = 2 + 1 + 0 + 0, 0",
            "2025-03-01 nothing 1 = 0 + 0 + 1 + 0, 0",
            "2025-03-02 calls 2 = 1 + 0 + 1 + 0, 0",
        ]);
        (await ReadAsync(server.Client, "?meter=calls&endDate=2025-03-02")).ShouldBe(
            ["total 3 = 2 + 1 + 0 + 0, 0", "2025-03-01 calls 3 = 2 + 1 + 0 + 0, 0"]);
        (await ReadAsync(server.Client, "?startDate=2025-03-02")).ShouldBe(
            ["total 2 = 1 + 0 + 1 + 0, 0", "2025-03-02 calls 2 = 1 + 0 + 1 + 0, 0"]);
        using var foreign = await server.AddOrganizationAsync();
        (await ReadAsync(foreign, "")).ShouldBe(["total 0 = 0 + 0 + 0 + 0, 0"]);
    }

    [Fact]
    public async Task Conservation_WhileMeasurementsArrive_AlwaysHolds()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        await usage.MeterAsync("calls", "measure.n");
        var answered = 0;
        var sending = Task.WhenAll(Enumerable.Range(0, 4).Select(async sender =>
        {
            for (var index = 0; index < 50; index++)
            {
                var uid = $"{sender}-{index % 40}";
                (await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-01-01 measure.n=1", uid)))
                    .Status.ShouldBe(HttpStatusCode.OK);
                Interlocked.Increment(ref answered);
            }
        }));

        do
        {
            var least = Volatile.Read(ref answered);
            var total = (await client.GetAsync("measurements/conservation")).Object["totals"]!.AsObject();
            Number(total, "accepted").ShouldBeGreaterThanOrEqualTo(least);
            Number(total, "accepted").ShouldBe(new[] { "stored", "duplicate", "failed", "voided", "erased", "pending" }
                .Sum(name => Number(total, name)));
        }
        while (!sending.IsCompleted);

        await sending;
        await usage.QueryAsync("\"limit\":1");
        (await ReadAsync(client, ""))[0].ShouldBe("total 200 = 160 + 40 + 0 + 0, 0");
    }

    [Theory]
    [InlineData("startDate=2025-13-01", "date startDate")]
    [InlineData("startDate=2025-01-01&endDate=2025-01-01", "range endDate")]
    public async Task Conservation_AskedForWrongly_IsRefused(string query, string fault)
    {
        using var client = await shared.NewOrganizationAsync();

        (await client.GetAsync($"measurements/conservation?{query}")).Faults.ShouldBe([fault]);
    }

    private static async Task<List<string>> ReadAsync(ApiClient client, string query)
    {
        var answer = (await client.GetAsync($"measurements/conservation{query}")).Object;
        return
        [
            $"total {Text(answer["totals"]!.AsObject())}",
            .. answer["data"]!.AsArray().Select(row => $"{row!["day"]} {row["meter"]} {Text(row.AsObject())}"),
        ];
    }

    private static string Text(JsonObject row) =>
        $"{row["accepted"]} = {row["stored"]} + {row["duplicate"]} + {row["failed"]} + {row["pending"]}, "
            + $"{row["mismatch"]}";

    private static long Number(JsonObject row, string name) => (long)row[name]!;
}
