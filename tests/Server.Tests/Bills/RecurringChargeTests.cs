using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// Counters, plan groups, minimum spends, usage credits and tiers that span the plan, from configuration to bill.
/// </summary>
public sealed class RecurringChargeTests(SqliteServer server)
{
    [Fact]
    public async Task Bill_OfAPlanGroup_HasAllItsChargesAndStaysTheSameWhenRecalculated()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BundledAccountAsync(client);

        (await LinesAsync(client, await BillAsync(client, account, "2025-01-01"))).ShouldBe(
            ["COUNTER_RUNNING_TOTAL_CHARGE 20.00", "total 20.00"]);
        (await LinesAsync(client, await BillAsync(client, account, "2025-02-01"))).ShouldBe(
        [
            "COUNTER_RUNNING_TOTAL_CHARGE 30.00", // February: 15 x 2.00
            "COUNTER_ADJUSTMENT_DEBIT 5.16", // 5 x 2.00 x 16 / 31
            "USAGE 40.00",
            "STANDING_CHARGE 5.00", // of the group
            "MINIMUM_SPEND 50.00", // 90.00 - 40.00
            "total 130.16",
        ]);
        var march = await BillAsync(client, account, "2025-03-01");
        string[] expected =
        [
            "COUNTER_RUNNING_TOTAL_CHARGE 30.00",
            "USAGE 15.00", // from 40 to 60 calls: 10 x 1.00 + 10 x 0.50
            "USAGE_CREDIT -7.00",
            "STANDING_CHARGE 5.00",
            "MINIMUM_SPEND 75.00",
            "total 118.00",
        ];
        (await LinesAsync(client, march)).ShouldBe(expected);
        var before = (await client.GetAsync($"bills/{march}")).Object["lineItems"]!.ToJsonString();

        var recalculation = await client.PostAsync(
            "billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(march) });
        var job = await EndedAsync(client, recalculation.Object);

        job["failures"].ShouldBeNull();
        (await client.GetAsync($"bills/{march}")).Object["lineItems"]!.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public async Task Bill_OfAPlanGroup_NamesGroupCounterAndPlanOnItsLines()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BundledAccountAsync(client);
        var bill = (await client.GetAsync($"bills/{await BillAsync(client, account, "2025-02-01")}")).Object;

        var lines = bill["lineItems"]!.AsArray().Select(line => line!.AsObject()).ToList();

        lines.Select(line => line["planGroupId"]).ShouldAllBe(id => id != null);
        lines[0]["counterId"].ShouldNotBeNull();
        ((string)lines[0]["unit"]!).ShouldBe("seats");
        ((string)lines[^1]["description"]!).ShouldBe("Bundle Minimum Spend Adjustment");
        lines[^1].ContainsKey("planId").ShouldBeFalse();
        lines[^1]["additional"]!["usage"]!.ToString().ShouldBe("40");
        lines.Select(line => (string)line["id"]!).Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public async Task Explain_MinimumCounterAndCredit_SaysHowTheyWereCalculated()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BundledAccountAsync(client);
        var bill = await BillAsync(client, account, "2025-03-01");

        var text = await client.Http.GetStringAsync(
            $"organizations/{client.OrganizationId}/bills/{bill}/explain?format=text",
            TestContext.Current.CancellationToken);

        foreach (var step in new[]
        {
            "15 since 2025-01-16; the highest band reached prices all units",
            "40 units from 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z count toward the bands",
            "SUM of gifts.n (gifts), 2025-02-01T00:00:00Z to 2025-03-01T00:00:00Z: 7, 1 measurements",
            "-7 USD, rounded HALF_UP to 2 places: -7 USD",
            "usage that counts: 15",
        })
            text.ShouldContain(step);
    }

    [Fact]
    public async Task PlanGroup_WithChargesAndWithoutPlans_FailsTheBillByName()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var group = await FullSamples.CreateAsync(
            client, "plangroups", FullSamples.Parse("""{"name":"Empty","currency":"USD","standingCharge":5}"""));
        await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
            $$"""{"accountId":"{{account.Id}}","planGroupId":"{{group}}","startDate":"2025-04-10T00:00:00Z"}"""));

        await account.ShouldBeBilledAsync("2025-04-01");
        await account.ShouldNotBeBilledAsync("2025-05-01", "the plan group 'Empty' has charges but no plans");
    }

    [Fact]
    public async Task PlanGroup_PlanAddedLater_IsBilledOnTheBillsAfter()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BundledAccountAsync(client);
        var product = await FullSamples.ProductAsync(client, "late");
        await PlanAsync(client, product, "late", await GroupIdAsync(client), standingCharge: 8);

        (await LinesAsync(client, await BillAsync(client, account, "2025-03-01")))
            .ShouldContain("STANDING_CHARGE 8.00");
    }

    private static async Task<string> BundledAccountAsync(ApiClient client)
    {
        var account = await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
            """{"name":"Ann","code":"ann","emailAddress":"ann@example.com"}"""));
        var group = await FullSamples.CreateAsync(client, "plangroups", FullSamples.Parse(
            """{"name":"Bundle","currency":"USD","standingCharge":5,"minimumSpend":90}"""));
        var calls = await PlanAsync(client, await FullSamples.ProductAsync(client, "calls"), "calls", group);
        var gifts = await PlanAsync(client, await FullSamples.ProductAsync(client, "gifts"), "gifts", group);
        await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
            $$"""{"accountId":"{{account}}","planGroupId":"{{group}}","startDate":"2025-01-01T00:00:00Z"}"""));

        var usage = new MeteredUsage(client);
        await PriceAsync(client, calls, await SumAsync(usage, "calls"), """
            "cumulative":true,"tiersSpanPlan":true,"pricingBands":[
              {"lowerLimit":0,"fixedPrice":0,"unitPrice":1},{"lowerLimit":50,"fixedPrice":0,"unitPrice":0.5}]
            """);
        await PriceAsync(client, gifts, await SumAsync(usage, "gifts"), """
            "type":"GLOBAL_CREDIT","pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]
            """);
        var counter = await FullSamples.CreateAsync(client, "counters", BillingSamples.Counter("seats"));
        await FullSamples.CreateAsync(client, "counterpricings", FullSamples.Parse($$"""
            {"planId":"{{calls}}","counterId":"{{counter}}","startDate":"2025-01-01T00:00:00Z",
              "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":2}]}
            """));
        foreach (var (date, value) in new[] { ("2025-01-01", 10), ("2025-01-16", 15) })
            await FullSamples.CreateAsync(client, "counteradjustments", FullSamples.Parse(
                $$"""{"accountId":"{{account}}","counterId":"{{counter}}","date":"{{date}}","value":{{value}}}"""));
        await usage.SubmitAsync(
            "calls ann 2025-01-10T00:00:00Z measure.n=40", "calls ann 2025-02-10T00:00:00Z measure.n=20",
            "gifts ann 2025-02-11T00:00:00Z measure.n=7");
        return account;
    }

    private static async Task<string> PlanAsync(
        ApiClient client, string product, string code, string group, int standingCharge = 0)
    {
        var template = await FullSamples.CreateAsync(client, "plantemplates", FullSamples.Parse($$"""
            {"productId":"{{product}}","name":"{{code}}","currency":"USD","standingCharge":{{standingCharge}},
              "minimumSpend":500,"billFrequency":"MONTHLY"}
            """));
        var plan = await FullSamples.CreateAsync(client, "plans", FullSamples.Parse(
            $$"""{"name":"{{code}}","code":"{{code}}","planTemplateId":"{{template}}"}"""));
        await FullSamples.CreateAsync(client, "plangrouplinks", FullSamples.Parse(
            $$"""{"planGroupId":"{{group}}","planId":"{{plan}}"}"""));
        return plan;
    }

    private static async Task<string> SumAsync(MeteredUsage usage, string code)
    {
        var meter = await usage.MeterAsync(code, "measure.n");
        return await FullSamples.CreateAsync(usage.Client, "aggregations", FullSamples.Parse($$"""
            {"name":"{{code}}","code":"{{code}}","meterId":"{{meter}}","targetField":"n","aggregation":"SUM",
              "rounding":"NONE","quantityPerUnit":1,"unit":"one"}
            """));
    }

    private static Task<string> PriceAsync(ApiClient client, string plan, string aggregation, string terms) =>
        FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{plan}}","aggregationId":"{{aggregation}}","startDate":"2025-01-01T00:00:00Z",{{terms}}}
            """));

    private static async Task<string> GroupIdAsync(ApiClient client) =>
        (string)(await client.GetAsync("plangroups")).Data.Single()["id"]!;

    private static async Task<string> BillAsync(ApiClient client, string account, string billDate)
    {
        var created = await client.PostAsync(
            "billjobs", new JsonObject { ["accountIds"] = new JsonArray(account), ["billDate"] = billDate });
        created.Status.ShouldBe(HttpStatusCode.OK);
        var job = await EndedAsync(client, created.Object);
        (job["failures"]?.ToJsonString()).ShouldBeNull();
        return (string)job["billIds"]!.AsArray().ShouldHaveSingleItem()!;
    }

    private static async Task<JsonObject> EndedAsync(ApiClient client, JsonObject job)
    {
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;
        return job;
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(ApiClient client, string billId)
    {
        var bill = (await client.GetAsync($"bills/{billId}")).Object;
        return
        [
            .. bill["lineItems"]!.AsArray().Select(line => $"{line!["lineItemType"]} {Amount(line["subtotal"]!)}"),
            $"total {Amount(bill["billTotal"]!)}",
        ];
    }

    private static string Amount(JsonNode amount) => ((decimal)amount).ToString("0.00", CultureInfo.InvariantCulture);
}
