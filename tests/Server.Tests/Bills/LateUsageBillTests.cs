using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// Usage that arrives after its bill was locked, over months: a standing charge of 30.00, and 1.00 for each call.
/// </summary>
public sealed class LateUsageBillTests(SqliteServer server)
{
    [Fact]
    public async Task LateUsage_WithThePolicy_IsOnTheNextBillOnceAndStaysThere()
    {
        using var client = await server.NewOrganizationAsync();
        await SetAsync(client, 90);
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync("calls billed 2025-01-10T00:00:00Z measure.n=10");
        var january = await BillAsync(client, account, "2025-02-01");
        january.ShouldBe(["STANDING_CHARGE 30", "USAGE 10"]);
        await LockAsync(client, account, "2025-02-01");

        // Seven calls of January arrive in February; the bill of January stays as it is.
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-20T00:00:00Z measure.n=7", "late1"));
        (await BillAsync(client, account, "2025-02-01")).ShouldBe(january);
        var february = await BillAsync(client, account, "2025-03-01");
        february.ShouldBe(["STANDING_CHARGE 30", "MANUAL_ADJUSTMENT 7"]);
        (await BillAsync(client, account, "2025-03-01")).ShouldBe(february);
        (await BillAsync(client, account, "2025-04-01")).ShouldBe(["STANDING_CHARGE 30"]);
        (await BillAsync(client, account, "2025-03-01")).ShouldBe(february);

        // Explain says it in words.
        var bill = await FindAsync(client, account, "2025-03-01");
        var text = await client.Http.GetStringAsync(
            $"organizations/{client.OrganizationId}/bills/{bill["id"]}/explain?format=text",
            TestContext.Current.CancellationToken);
        text.ShouldContain("the usage of the bill of 2025-02-01 is now 17, which costs 17");
        text.ShouldContain("billed of it: 10 for 10; former differences: 0 for 0");
        var line = bill["lineItems"]!.AsArray()[1]!;
        ((string)line["referencedBillId"]!).ShouldBe((string)(await FindAsync(client, account, "2025-02-01"))["id"]!);
        ((string)line["description"]!).ShouldBe("Calls, difference to the bill of 2025-02-01");

        // Two more in March: the locked bills of January and February have 17 of 19.
        await LockAsync(client, account, "2025-03-01");
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-21T00:00:00Z measure.n=2", "late2"));
        (await BillAsync(client, account, "2025-04-01")).ShouldBe(["STANDING_CHARGE 30", "MANUAL_ADJUSTMENT 2"]);
    }

    [Fact]
    public async Task LateUsage_AtThePriceOfTheLockedBill_WhateverThePriceIsNow()
    {
        using var client = await server.NewOrganizationAsync();
        await SetAsync(client, 90);
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync("calls billed 2025-01-10T00:00:00Z measure.n=10");
        await BillAsync(client, account, "2025-02-01");
        await LockAsync(client, account, "2025-02-01");
        var pricing = (await client.GetAsync($"pricings?planId={account.PlanId}")).Object["data"]![0]!.AsObject();
        pricing["pricingBands"]![0]!["unitPrice"] = 5;
        (await client.PutAsync($"pricings/{pricing["id"]}", pricing)).Status.ShouldBe(HttpStatusCode.OK);

        (await BillAsync(client, account, "2025-03-01")).ShouldBe(["STANDING_CHARGE 30"]);
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-20T00:00:00Z measure.n=7", "late3"));
        (await BillAsync(client, account, "2025-03-01")).ShouldBe(["STANDING_CHARGE 30", "MANUAL_ADJUSTMENT 7"]);
    }

    [Fact]
    public async Task Usage_ErasedAfterItsBillWasLocked_IsNoCredit()
    {
        using var client = await server.NewOrganizationAsync();
        await SetAsync(client, 90);
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync("calls billed 2025-01-10T00:00:00Z measure.n=10");
        await BillAsync(client, account, "2025-02-01");
        await LockAsync(client, account, "2025-02-01");
        var erasure = (await client.PostAsync(
            "measurements/erasures", new JsonObject { ["accountId"] = account.Id, ["reason"] = "on request" })).Object;
        while ((string?)erasure["status"] != "DONE")
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            erasure = (await client.GetAsync($"measurements/erasures/{erasure["id"]}")).Object;
        }

        (await BillAsync(client, account, "2025-03-01")).ShouldBe(["STANDING_CHARGE 30"]);
    }

    [Fact]
    public async Task Commitment_WithFeesOnALockedBill_KeepsItsCurrency()
    {
        using var client = await server.NewOrganizationAsync();
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        var account = await BilledAccount.MakeAsync(client);
        var commitment = (await client.PostAsync("commitments", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","currency":"USD","amount":1200,
              "startDate":"2025-01-01","endDate":"2026-01-01",
             "billingPlanId":"{{account.PlanId}}","billingInterval":1,"billingOffset":0,"lineItemTypes":["USAGE"]}
            """))).Object;
        await BillAsync(client, account, "2025-02-01");
        commitment = (await client.GetAsync($"commitments/{commitment["id"]}")).Object;
        await LockAsync(client, account, "2025-02-01");

        commitment["currency"] = "GBP";
        (await client.PutAsync($"commitments/{commitment["id"]}", commitment)).Faults.ShouldBe(["immutable currency"]);
    }

    [Fact]
    public async Task LateUsage_WithoutThePolicy_IsReportedByTheExplanationOfTheLockedBill()
    {
        using var client = await server.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync("calls billed 2025-01-10T00:00:00Z measure.n=10");
        await BillAsync(client, account, "2025-02-01");
        await LockAsync(client, account, "2025-02-01");
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-20T00:00:00Z measure.n=7", "late4"));

        (await BillAsync(client, account, "2025-03-01")).ShouldBe(["STANDING_CHARGE 30"]);
        var explained = (await client.GetAsync(
            $"bills/{(await FindAsync(client, account, "2025-02-01"))["id"]}/explain")).Object;
        var measured = explained["lines"]![1]!["measured"]![0]!;
        (measured["value"]!.ToString(), measured["valueNow"]!.ToString()).ShouldBe(("10", "17"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(401)]
    public async Task Policy_OutOfRange_IsRefused(int days)
    {
        using var client = await server.NewOrganizationAsync();
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["lateUsageDays"] = days;
        (await client.PutAsync("organizationconfig", config)).Faults.ShouldBe(["range lateUsageDays"]);
    }

    private static async Task SetAsync(ApiClient client, int days)
    {
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["lateUsageDays"] = days;
        (await client.PutAsync("organizationconfig", config)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<IReadOnlyList<string>> BillAsync(ApiClient client, BilledAccount account, string date)
    {
        ((await account.BillAsync(date))["failures"]?.ToJsonString()).ShouldBeNull();
        return
        [
            .. (await FindAsync(client, account, date))["lineItems"]!.AsArray()
                .Select(line => $"{line!["lineItemType"]} {line["subtotal"]}"),
        ];
    }

    private static async Task<JsonObject> FindAsync(ApiClient client, BilledAccount account, string date) =>
        (await client.GetAsync($"bills?accountId={account.Id}&billDate={date}"))
            .Object["data"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

    private static async Task LockAsync(ApiClient client, BilledAccount account, string date)
    {
        var id = (string)(await FindAsync(client, account, date))["id"]!;
        (await client.PutAsync($"bills/{id}/status", new JsonObject { ["status"] = "APPROVED" })).Status
            .ShouldBe(HttpStatusCode.OK);
        (await client.PutAsync($"bills/{id}/lock", new JsonObject())).Status.ShouldBe(HttpStatusCode.OK);
    }
}
