using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>An account on a monthly plan with a standing charge of 30.00 in arrears, from January 2025 on.</summary>
internal sealed class BilledAccount
{
    private readonly ApiClient _client;

    private BilledAccount(ApiClient client, string id, string planId, string accountPlanId) =>
        (_client, Id, PlanId, AccountPlanId) = (client, id, planId, accountPlanId);

    internal string Id { get; }

    internal string PlanId { get; }

    internal string AccountPlanId { get; }

    internal static async Task<BilledAccount> MakeAsync(ApiClient client, string code = "billed")
    {
        var product = await FullSamples.ProductAsync(client, $"product of {code}");
        var template = await FullSamples.CreateAsync(client, "plantemplates", FullSamples.Parse($$"""
            {"productId":"{{product}}","name":"Monthly","currency":"USD","standingCharge":30,"billFrequency":"MONTHLY"}
            """));
        var plan = await FullSamples.CreateAsync(client, "plans", FullSamples.Parse(
            $$"""{"name":"Plan","code":"plan of {{code}}","planTemplateId":"{{template}}"}"""));
        var account = await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
            $$"""{"name":"Ann","code":"{{code}}","emailAddress":"ann@example.com"}"""));
        var accountPlan = await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
            $$"""{"accountId":"{{account}}","planId":"{{plan}}","startDate":"2025-01-01T00:00:00Z"}"""));
        return new BilledAccount(client, account, plan, accountPlan);
    }

    /// <summary>The same, with a meter <c>calls</c> whose field <c>n</c> costs 1.00 each.</summary>
    internal static async Task<BilledAccount> MakePricedAsync(ApiClient client, MeteredUsage usage)
    {
        var meter = await usage.MeterAsync("calls", "measure.n");
        var aggregation = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Calls","code":"calls","meterId":"{{meter}}","targetField":"n","aggregation":"SUM",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call"}
            """));
        var account = await MakeAsync(client);
        await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{account.PlanId}}","aggregationId":"{{aggregation}}","startDate":"2025-01-01T00:00:00Z",
             "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
            """));
        return account;
    }

    /// <summary>Recalculates a bill.</summary>
    internal static async Task RecalculateAsync(ApiClient client, string billId)
    {
        var job = (await client.PostAsync(
            "billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(billId) })).Object;
        while ((string?)job["status"] != "COMPLETE")
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;
        }
    }

    /// <summary>Makes the account's bills of a date; without one, those of the running period.</summary>
    /// <returns>The job as it ended.</returns>
    internal async Task<JsonObject> BillAsync(string? billDate)
    {
        var job = new JsonObject { ["accountIds"] = new JsonArray(Id) };
        if (billDate is not null)
            job["billDate"] = billDate;
        var ended = (await _client.PostAsync("billjobs", job)).Object;
        while ((string?)ended["status"] != "COMPLETE")
            ended = (await _client.GetAsync($"billjobs/{ended["id"]}")).Object;
        return ended;
    }

    /// <summary>Holds that a bill of the date is made.</summary>
    internal async Task ShouldBeBilledAsync(string billDate)
    {
        var job = await BillAsync(billDate);
        (job["failures"]?.ToJsonString()).ShouldBeNull();
        job["billIds"]!.AsArray().Count.ShouldBe(1);
    }

    /// <summary>Holds that no bill of the date is made, and that the job says why.</summary>
    internal async Task ShouldNotBeBilledAsync(string? billDate, string reason)
    {
        var job = await BillAsync(billDate);
        job["billIds"]!.AsArray().ShouldBeEmpty();
        var failure = job["failures"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)failure["accountId"]!).ShouldBe(Id);
        ((string)failure["message"]!).ShouldContain(reason);
    }
}
