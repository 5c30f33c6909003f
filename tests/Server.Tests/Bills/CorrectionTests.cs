using System.Globalization;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// Negative and backdated measurements, voided and erased ones: what they do to usage and to bills (metering reference
/// 4.9 and 4.10).
/// </summary>
public sealed class CorrectionTests(SqliteServer server)
{
    private static readonly string[] Functions = ["SUM", "COUNT", "MEAN", "MIN", "MAX", "LATEST"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // 10 on the 5th and 4 on the 10th. SUM, COUNT, MEAN, MIN, MAX and LATEST of them, before and after.
    [Theory]
    [InlineData("2025-01-07 -3", "11 3 3.6666666666666666666666666667 -3 10 4")] // exact for SUM only
    [InlineData("2025-01-11 -3", "11 3 3.6666666666666666666666666667 -3 10 -3")] // LATEST is by ts
    [InlineData("2025-01-05 -10", "4 3 1.3333333333333333333333333333 -10 10 4")] // what it corrects stays a sample
    [InlineData("2025-01-07 20", "34 3 11.333333333333333333333333333 4 20 4")]
    [InlineData("2025-02-01 5", "14 2 7 4 10 4")] // of another period
    [InlineData("2024-12-31T23:59:59.999999999Z 5", "14 2 7 4 10 4")]
    public async Task Usage_AfterACorrection_IsByItsTimestampAndMethod(string correction, string expected)
    {
        using var client = await server.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("calls", "measure.n");
        await usage.SubmitAsync("calls acme 2025-01-05 measure.n=10", "calls acme 2025-01-10 measure.n=4");
        (await ReadAsync(usage, meter)).ShouldBe("14 2 7 4 10 4");

        var (ts, n) = (correction.Split(' ')[0], correction.Split(' ')[1]);
        await usage.PostAsync(MeteredUsage.Measurement($"calls acme {ts} measure.n={n}", "correction"));

        (await ReadAsync(usage, meter)).ShouldBe(expected);
    }

    [Fact]
    public async Task Texts_AreNotTakenBackByANegativeMeasurement()
    {
        using var client = await server.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("calls", "measure.n", "who.user");
        await usage.SubmitAsync(
            "calls acme 2025-01-05 measure.n=1 who.user=ann", "calls acme 2025-01-05 measure.n=1 who.user=bob",
            "calls acme 2025-01-05 measure.n=-1 who.user=bob");

        MeteredUsage.Rows(await usage.QueryAsync(
            $"\"aggregations\":[{MeteredUsage.Aggregation(meter, "user", "UNIQUE", "DIMENSION")}]",
            "2025-01-01 2025-02-01"))
            .ShouldBe(["{'calls.user.UNIQUE':2}"]);
    }

    [Fact]
    public async Task Bill_AfterCorrections_ChangesWhenItIsCalculatedAgain()
    {
        using var client = await server.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync(
            "calls billed 2025-01-10T00:00:00Z measure.n=10", "calls billed 2025-01-11T00:00:00Z measure.n=4",
            // Before the plan began: stored, and never billed.
            "calls billed 2024-12-31T00:00:00Z measure.n=1000");
        await account.ShouldBeBilledAsync("2025-02-01");
        var bill = (await client.GetAsync($"bills/latest/{account.Id}")).Object;
        Total(bill).ShouldBe(44); // 30 + 14

        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-12T00:00:00Z measure.n=-3", "less"));
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-02-12T00:00:00Z measure.n=7", "next month"));
        (await UnchangedAsync(client, bill)).ShouldBe(44);
        (await RecalculatedAsync(client, bill)).ShouldBe(41);

        await RemoveAsync(client, "voids", new JsonObject { ["uids"] = new JsonArray("u0"), ["reason"] = "test" });
        (await UnchangedAsync(client, bill)).ShouldBe(41);
        (await RecalculatedAsync(client, bill)).ShouldBe(31); // 30 + 4 - 3

        await RemoveAsync(client, "erasures", new JsonObject { ["accountId"] = account.Id, ["reason"] = "test" });
        (await UnchangedAsync(client, bill)).ShouldBe(31);
        (await RecalculatedAsync(client, bill)).ShouldBe(30);
        await account.ShouldBeBilledAsync("2025-03-01");
        Total((await client.GetAsync($"bills/latest/{account.Id}")).Object).ShouldBe(30);
    }

    private static async Task<string> ReadAsync(MeteredUsage usage, string meter)
    {
        var row = (await usage.QueryAsync(
            $"\"aggregations\":[{string.Join(
                ',', Functions.Select(function => MeteredUsage.Aggregation(meter, "n", function)))}]",
            "2025-01-01 2025-02-01")).Data.ShouldHaveSingleItem();
        return string.Join(' ', Functions.Select(function => row[$"calls.n.{function}"]!.ToJsonString()));
    }

    private static decimal Total(JsonObject bill) =>
        decimal.Parse(bill["billTotal"]!.ToJsonString(), CultureInfo.InvariantCulture);

    private static async Task<decimal> UnchangedAsync(ApiClient client, JsonObject bill) =>
        Total((await client.GetAsync($"bills/{bill["id"]}")).Object);

    private static async Task<decimal> RecalculatedAsync(ApiClient client, JsonObject bill)
    {
        await BilledAccount.RecalculateAsync(client, (string)bill["id"]!);
        return await UnchangedAsync(client, bill);
    }

    private static async Task RemoveAsync(ApiClient client, string kind, JsonObject body)
    {
        var asked = (await client.PostAsync($"measurements/{kind}", body)).Object;
        while ((string?)asked["status"] != "DONE")
        {
            Token.ThrowIfCancellationRequested();
            asked = (await client.GetAsync($"measurements/{kind}/{asked["id"]}")).Object;
        }
    }
}
