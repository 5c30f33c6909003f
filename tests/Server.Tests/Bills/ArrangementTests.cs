using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Resources.Changes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Charges, consolidated bills, contracts and hierarchies, through HTTP.</summary>
public sealed class ArrangementTests(SqliteServer server)
{
    [Fact]
    public async Task Charge_OnItsBillDate_IsOnOneBillThatARecalculationLeavesAsItIs()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var charge = (await client.PostAsync("charges", Charge(account.Id, "2025-03-01"))).Id;

        var bills = await BillsAsync(client, await account.BillAsync("2025-03-01"));

        bills.Select(bill => $"{bill["billingFrequency"]} {bill["billTotal"]}").ShouldBe(["MONTHLY 30", "AD_HOC 99"]);
        var line = bills[1]["lineItems"]![0]!;
        ((string)line["chargeId"]!, (string)line["lineItemType"]!, (string)line["description"]!)
            .ShouldBe((charge, "AD_HOC", "Set-up"));
        ((string)(await client.GetAsync($"charges/{charge}")).Object["billId"]!).ShouldBe((string)bills[1]["id"]!);

        await RecalculateAsync(client, bills[1]);
        var again = await BillsAsync(client, await account.BillAsync("2025-03-01"));
        again[1]["lineItems"]!.ToJsonString().ShouldBe(bills[1]["lineItems"]!.ToJsonString());
        (await account.BillAsync("2025-04-01"))["billIds"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Charge_ThatChangesOrMovesOnAnUnlockedBill_ChangesItAtTheNextRecalculation()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var charge = (await client.PostAsync("charges", Charge(account.Id, "2025-03-15"))).Id;
        var bill = (await BillsAsync(client, await account.BillAsync("2025-03-15"))).Single();

        await ChangeChargeAsync(client, charge, "amount", 120);
        (await RecalculateAsync(client, bill))["billTotal"]!.ToString().ShouldBe("120");
        await ChangeChargeAsync(client, charge, "billDate", "2025-03-16");
        (await RecalculateAsync(client, bill))["billTotal"]!.ToString().ShouldBe("0");
        (await client.GetAsync($"charges/{charge}")).Object["billId"].ShouldBeNull();

        (await BillsAsync(client, await account.BillAsync("2025-03-16"))).Single()["billTotal"]!.ToString()
            .ShouldBe("120");
        (await client.DeleteAsync($"charges/{charge}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Charge_OnALockedBill_CanNeitherChangeNorBeDeleted()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        var charge = (await own.Client.PostAsync("charges", Charge(account.Id, "2025-03-15"))).Id;
        var bill = (await BillsAsync(own.Client, await account.BillAsync("2025-03-15"))).Single();
        await ChangeAsync(own, async change => await change.PutAsync(
            BillResource.Definition, (await change.Related.FindAsync<Bill>((string)bill["id"]!))!,
            (await change.Related.FindAsync<Bill>((string)bill["id"]!))! with { Locked = true }));

        (await ChangeChargeAsync(own.Client, charge, "amount", 120)).Faults.ShouldBe(["locked billId"]);
        (await own.Client.DeleteAsync($"charges/{charge}")).Faults.ShouldBe(["locked billId"]);

        // Another charge of that date does not get lost without a word.
        var late = Charge(account.Id, "2025-03-15", "late");
        await own.Client.PostAsync("charges", late);
        var failure = (await account.BillAsync("2025-03-15"))["failures"]![0]!;
        ((string)failure["message"]!).ShouldContain("the bill of its date, 2025-03-15, is locked");
    }

    [Fact]
    public async Task Charge_OfADeletedBill_CanBeBilledAgain()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var charge = (await client.PostAsync("charges", Charge(account.Id, "2025-03-15"))).Id;
        var bill = (await BillsAsync(client, await account.BillAsync("2025-03-15"))).Single();

        (await client.DeleteAsync($"bills/{bill["id"]}")).Status.ShouldBe(HttpStatusCode.OK);

        (await client.GetAsync($"charges/{charge}")).Object["billId"].ShouldBeNull();
        (await BillsAsync(client, await account.BillAsync("2025-03-15"))).Single()["billTotal"]!.ToString()
            .ShouldBe("99");
    }

    [Fact]
    public async Task ChargesOfASchedule_AreBilledWithoutABillDateOfTheJob()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await FullSamples.CreateAsync(client, "accounts", Account("prepaid"));
        var balance = await FullSamples.CreateAsync(client, "balances", FullSamples.Parse($$"""
            {"name":"Credit","code":"credit","accountId":"{{account}}","currency":"USD",
              "startDate":"2020-01-01T00:00:00Z","endDate":"2020-01-02T00:00:00Z"}
            """));
        var start = SystemClock.Instance.GetCurrentInstant().InUtc().Date.With(DateAdjusters.StartOfMonth)
            .PlusMonths(-3);
        await FullSamples.CreateAsync(client, $"balances/{balance}/balancechargeschedules", FullSamples.Parse($$"""
            {"name":"Fee","code":"fee","currency":"USD","amount":25,"chargeDescription":"Monthly fee",
              "servicePeriodStartDate":"{{start:uuuu-MM-dd}}T00:00:00Z",
              "servicePeriodEndDate":"{{start.PlusMonths(2):uuuu-MM-dd}}T00:00:00Z",
              "billFrequency":"MONTHLY","billFrequencyInterval":1,"billEpoch":"2025-01-01","billInAdvance":false}
            """));

        var bills = await BillsAsync(client, await JobAsync(client, new JsonObject
        {
            ["accountIds"] = new JsonArray(account),
        }));

        var types = bills.Select(bill => bill["lineItems"]![0]!["lineItemType"]);
        bills.Zip(types, (bill, type) => $"{bill["billDate"]} {bill["billTotal"]} {type}").ShouldBe(
        [
            $"{start.PlusMonths(1):uuuu-MM-dd} 25 BALANCE_FEE", $"{start.PlusMonths(2):uuuu-MM-dd} 25 BALANCE_FEE",
        ]);
    }

    [Fact]
    public async Task ConsolidatedBill_HasEverythingOfItsDate_AndLeavesEarlierBillsAsTheyAre()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await client.PostAsync("charges", Charge(account.Id, "2025-03-01"));
        var before = (await BillsAsync(client, await account.BillAsync("2025-02-01"))).Single();
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["consolidateBills"] = true;
        await client.PutAsync("organizationconfig", config);

        var bill = (await BillsAsync(client, await account.BillAsync("2025-03-01"))).Single();
        ((string)bill["billingFrequency"]!, bill["billTotal"]!.ToString()).ShouldBe(("MONTHLY", "129"));
        (await RecalculateAsync(client, bill))["billTotal"]!.ToString().ShouldBe("129");
        (await RecalculateAsync(client, before))["lineItems"]!.ToJsonString()
            .ShouldBe(before["lineItems"]!.ToJsonString());

        var fresh = (await BillsAsync(client, await account.BillAsync("2025-02-01"))).Single();
        ((string)fresh["id"]!).ShouldNotBe((string)before["id"]!);
    }

    [Fact]
    public async Task Contract_WithAGroupingKeyAndFilters_HasABillOfItsOwn()
    {
        using var client = await server.NewOrganizationAsync();
        var (planId, account) = await MeteredPlanAsync(client);
        var key = await FullSamples.CreateAsync(client, "picklists/billgroupingkeys", FullSamples.Parse(
            """{"name":"Separate","code":"separate","exclusive":true}"""));
        var contract = await FullSamples.CreateAsync(client, "contracts", FullSamples.Parse($$"""
            {"accountId":"{{account}}","name":"Gold","startDate":"2025-01-01","endDate":"2026-01-01",
              "purchaseOrderNumber":"PO-7","billGroupingKeyId":"{{key}}",
              "usageFilters":[{"dimensionCode":"site","value":"UK","mode":"INCLUDE"}]}
            """));
        await AttachAsync(client, account, planId, $",\"contractId\":\"{contract}\"");
        await new MeteredUsage(client).SubmitAsync(
            "calls acme 2025-01-10T00:00:00Z measure.n=50 where.site=UK",
            "calls acme 2025-01-11T00:00:00Z measure.n=90 where.site=DE");

        var bill = (await BillsAsync(client, await BillAsync(client, account))).Single();
        ((string)bill["purchaseOrderNumber"]!, bill["billTotal"]!.ToString()).ShouldBe(("PO-7", "50"));
        ((string)bill["lineItems"]![0]!["contractId"]!).ShouldBe(contract);
        (await RecalculateAsync(client, bill))["lineItems"]!.ToJsonString().ShouldBe(bill["lineItems"]!.ToJsonString());

        (await client.PostAsync("contracts", FullSamples.Parse($$"""
            {"accountId":"{{account}}","name":"Second","startDate":"2025-01-01","endDate":"2026-01-01",
              "billGroupingKeyId":"{{key}}"}
            """))).Faults.ShouldBe(["exclusive billGroupingKeyId"]);
    }

    [Theory]
    [InlineData("PARENT_SUMMARY", "acme 150")]
    [InlineData("PARENT_BREAKDOWN", "acme 37.5, de 67.5, uk 45")]
    [InlineData("CHILD", "acme 37.5, de 67.5, uk 45")]
    public async Task Hierarchy_WithAPlanOnTheParent_IsBilledByItsMode(string mode, string lines)
    {
        using var client = await server.NewOrganizationAsync();
        var (planId, parent) = await MeteredPlanAsync(client);
        var children = await ChildrenAsync(client, parent);
        await AttachAsync(client, parent, planId, $",\"childBillingMode\":\"{mode}\"");

        // All accounts.
        var bills = await BillsAsync(client, await JobAsync(client, new JsonObject { ["billDate"] = "2025-02-01" }));

        LinesOf(bills).ShouldBe(lines);
        bills.Select(bill => (string)bill["accountId"]!).Distinct().Count().ShouldBe(mode == "CHILD" ? 3 : 1);
        foreach (var bill in bills)
            (await RecalculateAsync(client, bill))["lineItems"]!.ToJsonString()
                .ShouldBe(bill["lineItems"]!.ToJsonString());

        // A job for one child calculates the bill that the child's usage is on.
        var ofChild = await BillsAsync(client, await BillAsync(client, children[0]));
        ofChild.Select(bill => (string)bill["accountId"]!).ShouldBe([mode == "CHILD" ? children[0] : parent]);
    }

    [Theory]
    [InlineData("PARENT_SUMMARY", "acme 150")]
    [InlineData("PARENT_BREAKDOWN", "de 90, uk 60")]
    [InlineData("CHILD", "de 90, uk 60")]
    public async Task Hierarchy_WithPlansOnTheChildren_IsBilledByTheirMode(string mode, string lines)
    {
        using var client = await server.NewOrganizationAsync();
        var (planId, parent) = await MeteredPlanAsync(client);
        var children = await ChildrenAsync(client, parent);
        foreach (var child in children)
            await AttachAsync(client, child, planId, $",\"childBillingMode\":\"{mode}\"");

        var bills = await BillsAsync(client, await JobAsync(client, new JsonObject { ["billDate"] = "2025-02-01" }));

        LinesOf(bills).ShouldBe(lines);
        var ofChild = await BillsAsync(client, await BillAsync(client, children[0]));
        ofChild.Select(bill => (string)bill["accountId"]!).ShouldBe([mode == "CHILD" ? children[0] : parent]);
    }

    [Fact]
    public async Task Explain_SharesOfABlock_SaysWhatTheBlockWasAndHowItWasSplit()
    {
        using var client = await server.NewOrganizationAsync();
        var (planId, parent) = await MeteredPlanAsync(client);
        await ChildrenAsync(client, parent);
        await AttachAsync(client, parent, planId, "");
        var bill = (await BillsAsync(client, await BillAsync(client, parent))).Single();

        var explained = (await client.GetAsync($"bills/{bill["id"]}/explain")).Object["lines"]!.AsArray();

        var shares = explained.Select(line => line!["derivation"]!).ToList();
        shares.Select(share => $"{share["kind"]} {share["blockAmount"]} {share["factor"]}")
            .ShouldBe(["share 150 0.25", "share 150 0.45", "share 150 0.3"]);
        shares.Select(share => share["block"] is null).ShouldBe([false, true, true]);
        explained[0]!["measured"]!.AsArray().Select(value => $"{value!["value"]} {value["measurements"]}")
            .ShouldBe(["200 3", "50 1"]);
        (await client.Http.GetStringAsync(
            $"organizations/{client.OrganizationId}/bills/{bill["id"]}/explain?format=text",
            TestContext.Current.CancellationToken)).ShouldContain(
            "37.5 USD, the amount of all accounts is rounded and split by largest remainder: 37.5 USD");
    }

    [Fact]
    public async Task Hierarchy_WithACustomSqlAggregation_AddsUpTheResultsOfItsAccounts()
    {
        using var client = await server.NewOrganizationAsync();
        var (planId, parent) = await MeteredPlanAsync(client, """
            "aggregation":"CUSTOM_SQL","targetField":"n","customSql":"SELECT MAX(n) FROM measurements"
            """);
        await ChildrenAsync(client, parent);
        await AttachAsync(client, parent, planId, ",\"childBillingMode\":\"PARENT_SUMMARY\"");

        LinesOf(await BillsAsync(client, await BillAsync(client, parent))).ShouldBe("acme 150");
    }

    private static string LinesOf(IReadOnlyList<JsonObject> bills) => string.Join(", ", bills
        .SelectMany(bill => bill["lineItems"]!.AsArray().Select(line =>
            $"{line!["childAccountCode"] ?? bill["accountCode"]} {line["subtotal"]}"))
        .Order(StringComparer.Ordinal));

    // Tiers of 1.00 up to 100 calls and 0.50 above.
    private static async Task<(string PlanId, string AccountId)> MeteredPlanAsync(
        ApiClient client, string aggregation = "\"aggregation\":\"SUM\",\"targetField\":\"n\"")
    {
        var meter = await new MeteredUsage(client).MeterAsync("calls", "measure.n", "where.site");
        var id = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Calls","code":"calls","meterId":"{{meter}}",{{aggregation}},"rounding":"NONE","quantityPerUnit":1,
              "unit":"call"}
            """));
        var product = await FullSamples.ProductAsync(client, "Calling");
        var template = await FullSamples.CreateAsync(client, "plantemplates", FullSamples.Parse($$"""
            {"productId":"{{product}}","name":"Monthly","currency":"USD","standingCharge":0,"billFrequency":"MONTHLY"}
            """));
        var plan = await FullSamples.CreateAsync(client, "plans", FullSamples.Parse(
            $$"""{"name":"Calls","code":"calls","planTemplateId":"{{template}}"}"""));
        await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{plan}}","aggregationId":"{{id}}","startDate":"2025-01-01T00:00:00Z","cumulative":true,
             "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1},
               {"lowerLimit":100,"fixedPrice":0,"unitPrice":0.5}]}
            """));
        return (plan, await FullSamples.CreateAsync(client, "accounts", Account("acme")));
    }

    // Acme uses 50 calls, uk 60 and de 90.
    private static async Task<IReadOnlyList<string>> ChildrenAsync(ApiClient client, string parent)
    {
        var children = new List<string>();
        foreach (var code in new[] { "uk", "de" })
        {
            var child = Account(code);
            child["parentAccountId"] = parent;
            children.Add(await FullSamples.CreateAsync(client, "accounts", child));
        }
        await new MeteredUsage(client).SubmitAsync(
            "calls acme 2025-01-10T00:00:00Z measure.n=50 where.site=UK",
            "calls uk 2025-01-11T00:00:00Z measure.n=60 where.site=UK",
            "calls de 2025-01-12T00:00:00Z measure.n=90 where.site=DE");
        return children;
    }

    private static JsonObject Account(string code) => FullSamples.Parse(
        $$"""{"name":"Ann","code":"{{code}}","emailAddress":"ann@example.com"}""");

    private static Task<string> AttachAsync(ApiClient client, string account, string plan, string also) =>
        FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
            $$"""{"accountId":"{{account}}","planId":"{{plan}}","startDate":"2025-01-01T00:00:00Z"{{also}}}"""));

    private static JsonObject Charge(string account, string billDate, string code = "setup") => FullSamples.Parse($$"""
        {"name":"Set-up","code":"{{code}}","accountId":"{{account}}","amount":99,"currency":"USD",
          "entityType":"AD_HOC","lineItemType":"AD_HOC","servicePeriodStartDate":"2025-02-01T00:00:00Z",
          "servicePeriodEndDate":"2025-02-20T00:00:00Z","billDate":"{{billDate}}"}
        """);

    private static async Task<ApiAnswer> ChangeChargeAsync(ApiClient client, string id, string member, JsonNode value)
    {
        var charge = (await client.GetAsync($"charges/{id}")).Object;
        charge[member] = value;
        return await client.PutAsync($"charges/{id}", charge);
    }

    private static async Task ChangeAsync<T>(ApiServer own, Func<ResourceChange, ValueTask<T>> work) =>
        await own.Service<ResourceService>().ChangeAsync(
            own.OrganizationId, "test", TestContext.Current.CancellationToken, work);

    private static Task<JsonObject> BillAsync(ApiClient client, string account) => JobAsync(client, new JsonObject
    {
        ["accountIds"] = new JsonArray(account),
        ["billDate"] = "2025-02-01",
    });

    private static async Task<JsonObject> RecalculateAsync(ApiClient client, JsonObject bill)
    {
        var ended = await EndAsync(client, (await client.PostAsync("billjobs/recalculate", new JsonObject
        {
            ["billIds"] = new JsonArray((string)bill["id"]!),
        })).Object);
        (ended["failures"]?.ToJsonString()).ShouldBeNull();
        return (await client.GetAsync($"bills/{bill["id"]}")).Object;
    }

    private static async Task<JsonObject> JobAsync(ApiClient client, JsonObject job) =>
        await EndAsync(client, (await client.PostAsync("billjobs", job)).Object);

    private static async Task<JsonObject> EndAsync(ApiClient client, JsonObject job)
    {
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;
        return job;
    }

    // In the order of their dates and creation.
    private static async Task<IReadOnlyList<JsonObject>> BillsAsync(ApiClient client, JsonObject job)
    {
        (job["failures"]?.ToJsonString()).ShouldBeNull();
        var bills = new List<JsonObject>();
        foreach (var id in job["billIds"]!.AsArray())
            bills.Add((await client.GetAsync($"bills/{id}")).Object);
        return bills;
    }
}
