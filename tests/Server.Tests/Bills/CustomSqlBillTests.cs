using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Bills for the results of queries (metering reference 9.5).</summary>
public sealed class CustomSqlBillTests(SqliteServer shared)
{
    private const string DailyPeaks =
        "SELECT SUM(m) FROM (SELECT MAX(seats) AS m FROM measurements GROUP BY DATE_TRUNC('day', ts)) d";

    private static readonly string[] Usage =
    [
        "seats billed 2025-01-10T08:00:00Z measure.seats=5 where.region=eu",
        "seats billed 2025-01-10T23:59:59Z measure.seats=8 where.region=us",
        "seats billed 2025-01-11T00:00:00Z measure.seats=3 where.region=eu",
        "seats billed 2025-02-01T00:00:00Z measure.seats=100 where.region=eu",
        "seats other 2025-01-10T08:00:00Z measure.seats=100 where.region=eu",
    ];

    [Fact]
    public async Task Bill_OfDailyPeaks_HasTheirSumInUnits()
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await SellAsync(client, DailyPeaks, "\"quantityPerUnit\":4,\"rounding\":\"UP\"");

        var line = (await UsageLinesAsync(client, account)).ShouldHaveSingleItem();

        // 8 + 3 = 11 seats; 11 / 4, rounded up, is 3 units at 2.00.
        line["quantity"]!.ToString().ShouldBe("11");
        line["units"]!.ToString().ShouldBe("3");
        line["subtotal"]!.ToString().ShouldBe("6");
    }

    [Theory]
    [InlineData("SELECT SUM(seats) FROM measurements WHERE seats > 1000", 7, "14")]
    [InlineData("SELECT seats FROM measurements WHERE seats > 1000", 7, "14")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE seats > 1000", 7, "0")]
    public async Task Bill_OfAQueryWithoutAResult_HasTheDefaultValue(string sql, int value, string subtotal)
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await SellAsync(
            client, sql, $"\"quantityPerUnit\":1,\"rounding\":\"NONE\",\"defaultValue\":{value}");

        (await UsageLinesAsync(client, account)).ShouldHaveSingleItem()["subtotal"]!.ToString().ShouldBe(subtotal);
    }

    [Fact]
    public async Task Bill_OfSegments_HasALineForEach()
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await SellAsync(
            client, DailyPeaks,
            """
            "quantityPerUnit":1,"rounding":"NONE","segmentedFields":["region"],
            "segments":[{"region":"eu"},{"region":"*"}]
            """,
            """{"region":"eu"}""", """{"region":"*"}""");

        var lines = await UsageLinesAsync(client, account);

        // Europe: 5 + 3; elsewhere: 8.
        lines.Select(line => $"{line["segment"]!["region"]} {line["subtotal"]}")
            .ShouldBe(["eu 16", "* 16"], ignoreOrder: true);
    }

    [Fact]
    public async Task Bill_OfACompoundAggregation_UsesTheResultAsABaseValue()
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await AggregateAsync(client, DailyPeaks, "\"quantityPerUnit\":10,\"rounding\":\"NONE\"");
        var compound = await FullSamples.CreateAsync(client, "compoundaggregations", FullSamples.Parse("""
            {"name":"Double","code":"double","calculation":"aggregation.peaks * 2","rounding":"NONE",
             "quantityPerUnit":1,"unit":"seat"}
            """));
        await PriceAsync(client, account, $"\"compoundAggregationId\":\"{compound}\"");
        await new MeteredUsage(client).SubmitAsync(Usage);

        // 11 seats, doubled, at 2.00.
        (await UsageLinesAsync(client, account, isSubmitted: true)).ShouldHaveSingleItem()["subtotal"]!.ToString()
            .ShouldBe("44");
    }

    [Theory]
    [InlineData("SELECT seats FROM measurements", "must return one row, but returned several")]
    [InlineData("SELECT MAX(region) FROM measurements", "must return a number, not a value of the type VARCHAR")]
    [InlineData("SELECT SUM(missing) FROM measurements", "unknown column 'missing'")]
    [InlineData("SELECT SUM(seats) / 0 FROM measurements", "as after a division by zero")]
    [InlineData("SELECT MAX(seats * CAST(1e30 AS DECIMAL(38,0))) FROM measurements", "customSql failed")]
    public async Task Bill_OfAQueryThatFails_IsRefusedByNameWhileOthersAreMade(string sql, string reason)
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await SellAsync(client, sql, "\"quantityPerUnit\":1,\"rounding\":\"NONE\"");
        await new MeteredUsage(client).SubmitAsync(Usage);
        var other = await BilledAccount.MakeAsync(client, "second");

        await account.ShouldNotBeBilledAsync("2025-02-01", reason);

        await account.ShouldNotBeBilledAsync("2025-02-01", "the usage of aggregation peaks cannot be billed");
        await other.ShouldBeBilledAsync("2025-02-01");
    }

    [Fact]
    public async Task BillJob_OfManyAccounts_BillsEach()
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await SellAsync(client, DailyPeaks, "\"quantityPerUnit\":1,\"rounding\":\"NONE\"");
        await new MeteredUsage(client).SubmitAsync(Usage);
        for (var number = 0; number < 24; number++)
        {
            var id = await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
                $$"""{"name":"Ann","code":"a{{number}}","emailAddress":"ann@example.com"}"""));
            await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
                $$"""{"accountId":"{{id}}","planId":"{{account.PlanId}}","startDate":"2025-01-01T00:00:00Z"}"""));
        }

        var job = (await client.PostAsync("billjobs", new JsonObject { ["billDate"] = "2025-02-01" })).Object;
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;

        (job["failures"]?.ToJsonString()).ShouldBeNull();
        job["billIds"]!.AsArray().Count.ShouldBe(25);
    }

    /// <summary>Puts an account on a plan that prices the result of a query at 2.00 a unit.</summary>
    private static async Task<BilledAccount> SellAsync(
        ApiClient client, string sql, string members, params string[] segments)
    {
        var account = await BilledAccount.MakeAsync(client);
        var aggregation = await AggregateAsync(client, sql, members);
        foreach (var segment in segments.DefaultIfEmpty(null))
        {
            await PriceAsync(client, account, $"\"aggregationId\":\"{aggregation}\""
                + (segment is null ? "" : $",\"segment\":{segment}"));
        }
        return account;
    }

    private static async Task<string> AggregateAsync(ApiClient client, string sql, string members)
    {
        var meter = await new MeteredUsage(client).MeterAsync("seats", "measure.seats", "where.region");
        return await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Peaks","code":"peaks","meterId":"{{meter}}","targetField":"seats","aggregation":"CUSTOM_SQL",
             "customSql":{{JsonValue.Create(sql).ToJsonString()}},"unit":"seat",{{members}}}
            """));
    }

    private static Task PriceAsync(ApiClient client, BilledAccount account, string priced) =>
        FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{account.PlanId}}",{{priced}},"startDate":"2025-01-01T00:00:00Z",
             "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":2}]}
            """));

    private static async Task<JsonNode[]> UsageLinesAsync(
        ApiClient client, BilledAccount account, bool isSubmitted = false)
    {
        if (!isSubmitted)
            await new MeteredUsage(client).SubmitAsync(Usage);
        var job = await account.BillAsync("2025-02-01");
        (job["failures"]?.ToJsonString()).ShouldBeNull();
        var bill = await client.GetAsync($"bills/{job["billIds"]!.AsArray().ShouldHaveSingleItem()}");
        bill.Status.ShouldBe(HttpStatusCode.OK, bill.Message);
        return [.. bill.Object["lineItems"]!.AsArray().OfType<JsonNode>()
            .Where(line => (string)line["lineItemType"]! == "USAGE")];
    }
}
