using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Bills;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Statements;

/// <summary>The rows of a statement add up to the quantity of the line, whatever usage the line is for.</summary>
public sealed class StatementUsageTests(SqliteServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INCLUDE", 3000, "uk 3000")]
    [InlineData("EXCLUDE", 5000, "de 5000")]
    public async Task Statement_OfAContractWithUsageFilters_LeavesOutOtherUsage(string mode, int quantity, string site)
    {
        using var client = await server.NewOrganizationAsync();
        var account = await PricedAsync(client);
        var contract = await FullSamples.CreateAsync(client, "contracts", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","name":"Gold","startDate":"2025-01-01","endDate":"2026-01-01",
             "usageFilters":[{"dimensionCode":"site","value":"uk","mode":"{{mode}}"}]}
            """));
        await ChangePlanAsync(client, account, "contractId", contract);
        await new MeteredUsage(client).SubmitAsync(
            "calls billed 2025-01-10T00:00:00Z measure.n=3000 where.site=uk",
            "calls billed 2025-01-11T00:00:00Z measure.n=5000 where.site=de");
        await account.ShouldBeBilledAsync("2025-02-01");

        var bill = await BillOfAsync(client, account);
        (await StateAsync(client, bill)).ShouldBe([$"Calls: {quantity}", $"01-01 n.SUM={quantity}"]);
        (await LineUsageAsync(client, bill)).ShouldBe([$"Calls: {quantity}", $"01-01 n.SUM={quantity}"]);

        await FullSamples.CreateAsync(client, "statementdefinitions", FullSamples.Parse("""
            {"aggregationFrequency":"DAY","generateSlimStatements":true,"dimensions":[{"name":"site","filter":["*"]}]}
            """));
        var (code, sum) = (site.Split(' ')[0], site.Split(' ')[1]);
        await DefineAsync(client, account);
        (await StateAsync(client, bill))[1..].ShouldHaveSingleItem().ShouldEndWith($" {code} n.SUM={sum}");
    }

    [Theory]
    [InlineData("PARENT_SUMMARY", "Calls: 16000", "01-01 n.SUM=16000")]
    [InlineData("PARENT_BREAKDOWN", "Calls: 8000", "01-01 n.SUM=8000", "Calls: 8000", "01-01 n.SUM=8000")]
    public async Task Statement_OfAHierarchy_HasTheUsageOfItsAccounts(string mode, params string[] rows)
    {
        using var client = await server.NewOrganizationAsync();
        var parent = await PricedAsync(client);
        await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse($$"""
            {"name":"Child","code":"child","emailAddress":"child@example.com","parentAccountId":"{{parent.Id}}"}
            """));
        await ChangePlanAsync(client, parent, "childBillingMode", mode);
        await new MeteredUsage(client).SubmitAsync(
            "calls billed 2025-01-10T00:00:00Z measure.n=8000 where.site=uk",
            "calls child 2025-01-11T00:00:00Z measure.n=8000 where.site=uk");
        await parent.ShouldBeBilledAsync("2025-02-01");

        (await StateAsync(client, await BillOfAsync(client, parent))).ShouldBe(rows);
    }

    private static async Task<BilledAccount> PricedAsync(ApiClient client)
    {
        var meter = await new MeteredUsage(client).MeterAsync("calls", "measure.n", "where.site");
        var aggregation = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Calls","code":"calls","meterId":"{{meter}}","targetField":"n","aggregation":"SUM",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call"}
            """));
        var account = await BilledAccount.MakeAsync(client);
        await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{account.PlanId}}","aggregationId":"{{aggregation}}","startDate":"2025-01-01T00:00:00Z",
             "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
            """));
        return account;
    }

    private static async Task ChangePlanAsync(ApiClient client, BilledAccount account, string member, string value)
    {
        var plan = (await client.GetAsync($"accountplans/{account.AccountPlanId}")).Object;
        plan[member] = value;
        (await client.PutAsync($"accountplans/{account.AccountPlanId}", plan)).Object[member]!.ToString()
            .ShouldBe(value);
    }

    private static async Task DefineAsync(ApiClient client, BilledAccount account)
    {
        var entity = (await client.GetAsync($"accounts/{account.Id}")).Object;
        entity["statementDefinitionId"] = (string)(await client.GetAsync("statementdefinitions")).Data[0]["id"]!;
        await client.PutAsync($"accounts/{account.Id}", entity);
    }

    private static async Task<string> BillOfAsync(ApiClient client, BilledAccount account) =>
        (string)(await client.GetAsync($"bills/latest/{account.Id}")).Object["id"]!;

    private static async Task<IReadOnlyList<string>> LineUsageAsync(ApiClient client, string billId)
    {
        var line = (await client.GetAsync($"bills/{billId}")).Object["lineItems"]!.AsArray()
            .Single(one => (string?)one!["lineItemType"] == "USAGE")!["id"];
        return await DownloadAsync((await client.GetAsync($"bills/{billId}/lineitems/{line}/usage/json"))
            .Object["downloadUrl"]);
    }

    private static async Task<string[]> StateAsync(ApiClient client, string billId)
    {
        var job = (await client.PostAsync("statementjobs", new JsonObject { ["billId"] = billId })).Object;
        while ((string?)job["statementJobStatus"] is "PENDING" or "RUNNING")
        {
            Token.ThrowIfCancellationRequested();
            job = (await client.GetAsync($"statementjobs/{job["id"]}")).Object;
        }
        return await DownloadAsync(job["presignedJsonStatementUrl"]);
    }

    private static async Task<string[]> DownloadAsync(JsonNode? url)
    {
        using var http = new HttpClient();
        return [.. StatedBill.Rows(await http.GetStringAsync((string)url!, Token))];
    }
}
