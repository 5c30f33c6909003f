using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of counters and plan groups that their shape does not tell.</summary>
public sealed class RecurringRuleTests(SqliteServer server)
{
    [Theory]
    [InlineData("Counter", """{"unit":""}""", "length", "unit")]
    [InlineData("Counter", """{"code":"a\tb"}""", "form", "code")]
    [InlineData("CounterPricing", """{"planTemplateId":null}""", "exactly_one", "planId")]
    [InlineData("CounterPricing", """{"planId":"{planTemplateId}"}""", "exactly_one", "planId")]
    [InlineData("CounterPricing", """{"endDate":"{startDate}"}""", "order", "endDate")]
    [InlineData("CounterPricing", """{"pricingBands":[{"lowerLimit":1,"fixedPrice":0,"unitPrice":1}]}""", "bands",
        "pricingBands")]
    [InlineData("CounterPricing", """
        {"pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1},{"lowerLimit":0,"fixedPrice":1,"unitPrice":1}]}
        """, "duplicate", "pricingBands[1].lowerLimit")]
    [InlineData("CounterPricing", """{"counterId":""}""", "length", "counterId")]
    [InlineData("CounterAdjustment", """{"value":-1}""", "range", "value")]
    [InlineData("CounterAdjustment", """{"date":"2026-03-01T00:00:00Z"}""", "date", "date")]
    [InlineData("PlanGroup", """{"accountId":null}""", "immutable", "accountId")]
    [InlineData("PlanGroup", """{"currency":"gbp"}""", "unknown_reference", "currency")]
    [InlineData("PlanGroupLink", """{"planId":""}""", "length", "planId")]
    [InlineData("BillGroupingKey", """{"exclusive":null}""", "required", "exclusive")]
    [InlineData("CreditReason", """{"code":"a b"}""", "form", "code")]
    public Task RecurringKind_RuleBroken_IsRefused(string kind, string change, string code, string path) =>
        RuleTable.RefusesAsync(server, kind, change, code, path);

    [Theory]
    [InlineData("CounterPricing", """{"planId":"","endDate":null}""")]
    [InlineData("PlanGroup", """{"minimumSpendAccountingProductId":"","standingChargeAccountingProductId":""}""")]
    public Task RecurringKind_WithinItsRules_IsAccepted(string kind, string change) =>
        RuleTable.AcceptsAsync(server, kind, change);

    [Theory]
    [InlineData("Counter", "{}", "taken", "code")]
    [InlineData("CounterPricing", "{}", "taken", "code")]
    [InlineData("CounterPricing", """{"code":null}""", "overlap", "startDate")]
    [InlineData("CounterPricing", """{"code":null,"startDate":"2026-12-31T23:59:59.999Z","endDate":null}""", "overlap",
        "startDate")]
    [InlineData("CounterAdjustment", "{}", "taken", "date")]
    [InlineData("CounterAdjustment", """{"value":0}""", "taken", "date")]
    [InlineData("PlanGroup", "{}", "taken", "code")]
    [InlineData("PlanGroupLink", "{}", "same_product", "planId")]
    [InlineData("TransactionType", "{}", "taken", "code")]
    public Task RecurringKind_ClashingWithAnother_IsAConflict(string kind, string change, string code, string path) =>
        RuleTable.RefusesToCreateAsync(server, kind, change, code, path, HttpStatusCode.Conflict);

    [Fact]
    public async Task CounterPricing_NothingSaid_BillsInAdvanceByDays()
    {
        using var client = await server.NewOrganizationAsync();
        var made = (await client.PostAsync(
            "counterpricings", await Samples.MakeAsync(client, "CounterPricing", "seats"))).Object;

        ((bool)made["runningTotalBillInAdvance"]!).ShouldBeTrue();
        ((bool)made["proRateRunningTotal"]!).ShouldBeTrue();
        ((bool)made["proRateAdjustmentDebit"]!).ShouldBeTrue();
        ((bool)made["proRateAdjustmentCredit"]!).ShouldBeTrue();
        ((bool)made["cumulative"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Counter_OfOneProduct_IsOnlyPricedOnItsPlansAndStaysWithThem()
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = await Entity.MakeAsync(client, "CounterPricing");
        var other = await FullSamples.ProductAsync(client, "other");
        var plan = await BillingSamples.PlanAsync(client, other);
        var counter = (await client.GetAsync($"counters/{pricing.Body["counterId"]}")).Object;

        var onOther = RuleTable.Changed(pricing.Body, $$"""{"code":null,"planTemplateId":null,"planId":"{{plan}}"}""");
        (await client.PostAsync("counterpricings", onOther)).Faults.ShouldBe(["other_product counterId"]);
        var moved = RuleTable.Changed(counter, $$"""{"productId":"{{other}}"}""");
        (await client.PutAsync($"counters/{counter["id"]}", moved)).Faults.ShouldBe(["immutable productId"]);
        // A global counter is for plans of every product.
        (await client.PutAsync($"counters/{counter["id"]}", RuleTable.Changed(counter, """{"productId":null}""")))
            .Status.ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync("counterpricings", onOther)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("", "required counterId")]
    [InlineData("accountId={account}", "required counterId")]
    [InlineData("counterId={counter}&date=2026-03-01", "needs date")]
    [InlineData("counterId={counter}&dateStart=2026-03-01", "needs dateStart")]
    [InlineData("counterId={counter}&dateEnd=2026-03-01", "needs dateEnd")]
    [InlineData("counterId={counter}&accountId={account}&date=soon", "date date")]
    [InlineData("counterId={counter}&sortOrder=UP", "unknown_value sortOrder")]
    public async Task CounterAdjustments_AskedForWrongly_AreRefused(string query, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "CounterAdjustment");
        var filled = query.Replace("{counter}", (string)entity.Body["counterId"]!, StringComparison.Ordinal)
            .Replace("{account}", (string)entity.Body["accountId"]!, StringComparison.Ordinal);

        (await client.GetAsync($"counteradjustments?{filled}")).Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task CounterAdjustments_Sorted_GoByDateFromPageToPage()
    {
        using var client = await server.NewOrganizationAsync();
        var body = (await Entity.MakeAsync(client, "CounterAdjustment")).Body;
        foreach (var date in new[] { "2026-05-01", "2026-01-01", "2026-04-01" })
            await client.PostAsync("counteradjustments", RuleTable.Changed(body, $$"""{"date":"{{date}}"}"""));
        var list = $"counteradjustments?counterId={body["counterId"]}";

        Dates(await client.GetAsync(list)).ShouldBe("2026-04 2026-01 2026-05 2026-03");
        Dates(await client.GetAsync($"{list}&sortOrder=ASC")).ShouldBe("2026-01 2026-03 2026-04 2026-05");
        var first = await client.GetAsync($"{list}&sortOrder=DESC&pageSize=3");
        Dates(first).ShouldBe("2026-05 2026-04 2026-03");
        var second = await client.GetAsync(
            $"{list}&sortOrder=DESC&pageSize=3&nextToken={first.Object["nextToken"]}");
        Dates(second).ShouldBe("2026-01");
        second.Object.ContainsKey("nextToken").ShouldBeFalse();
        (await client.GetAsync($"{list}&nextToken={first.Object["nextToken"]}")).Faults.ShouldBe(["token nextToken"]);

        // What was on the page before is gone: the place after it stays.
        await client.DeleteAsync($"counteradjustments/{first.Data[0]["id"]}");
        Dates(await client.GetAsync($"{list}&sortOrder=DESC&pageSize=3&nextToken={first.Object["nextToken"]}"))
            .ShouldBe("2026-01");
    }

    [Fact]
    public async Task PlanGroup_PlansBilledAtDifferentRhythms_AreRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var link = await Entity.MakeAsync(client, "PlanGroupLink");
        var other = FullSamples.PlanTemplate("yearly", await FullSamples.ProductAsync(client, "other"));
        other["billFrequency"] = "ANNUALLY";
        var template = await FullSamples.CreateAsync(client, "plantemplates", other);
        var plan = await FullSamples.CreateAsync(client, "plans", FullSamples.Parse(
            $$"""{"name":"Yearly","code":"yearly","planTemplateId":"{{template}}"}"""));

        (await client.PostAsync("plangrouplinks", RuleTable.Changed(link.Body, $$"""{"planId":"{{plan}}"}""")))
            .Faults.ShouldBe(["frequency planId"]);
    }

    [Fact]
    public async Task PlanMadeForAnAccount_InAGroupForOthers_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var custom = await Entity.MakeAsync(client, "Plan");
        var forAll = await FullSamples.CreateAsync(
            client, "plangroups", FullSamples.Parse("""{"name":"For all","currency":"USD"}"""));
        var forOwner = await FullSamples.CreateAsync(client, "plangroups", FullSamples.Parse(
            $$"""{"name":"Own","currency":"USD","accountId":"{{custom.Body["accountId"]}}"}"""));

        (await LinkAsync(client, forAll, (string)custom.Stored["id"]!)).Faults.ShouldBe(["other_account planId"]);
        (await LinkAsync(client, forOwner, (string)custom.Stored["id"]!)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AccountOnAPlanGroup_HasOnePlanOfAProductAtATime()
    {
        using var client = await server.NewOrganizationAsync();
        var onPlan = await Entity.MakeAsync(client, "AccountPlan");
        var account = (string)onPlan.Body["accountId"]!;
        var product = (string)(await client.GetAsync($"plans/{onPlan.Body["planId"]}")).Object["productId"]!;
        var group = await FullSamples.CreateAsync(
            client, "plangroups", FullSamples.Parse("""{"name":"Group","currency":"GBP"}"""));
        var same = await BillingSamples.PlanAsync(client, product, "same product");
        var attach = FullSamples.Parse(
            $$"""{"accountId":"{{account}}","planGroupId":"{{group}}","startDate":"2026-06-01T00:00:00Z"}""");

        // An empty group clashes with nothing; a plan that comes into it later does.
        var attached = (await client.PostAsync("accountplans", attach)).Object;
        (await LinkAsync(client, group, same)).Faults.ShouldBe(["overlap planId"]);
        (await client.DeleteAsync($"accountplans/{attached["id"]}")).Status.ShouldBe(HttpStatusCode.OK);
        (await LinkAsync(client, group, same)).Status.ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync("accountplans", attach)).Faults.ShouldBe(["overlap startDate"]);
        // From the end of the other account plan on, it is the only one.
        attach["startDate"] = "2027-01-01T00:00:00Z";
        (await client.PostAsync("accountplans", attach)).Status.ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync("accountplans", RuleTable.Changed(
            onPlan.Body, """{"code":null,"startDate":"2027-05-01T00:00:00Z","endDate":null}""")))
            .Faults.ShouldBe(["overlap startDate"]);
    }

    [Fact]
    public async Task PlanGroupMadeForAnAccount_OnAnother_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var group = await Entity.MakeAsync(client, "PlanGroup");
        var other = await FullSamples.CreateAsync(client, "accounts", FullSamples.Account("other"));
        var attach = FullSamples.Parse($$"""
            {"accountId":"{{other}}","planGroupId":"{{group.Stored["id"]}}","startDate":"2026-06-01T00:00:00Z"}
            """);

        (await client.PostAsync("accountplans", attach)).Faults.ShouldBe(["other_account planGroupId"]);
        attach["accountId"] = group.Body["accountId"]!.DeepClone();
        var made = (await client.PostAsync("accountplans", attach)).Object;
        made.ContainsKey("productId").ShouldBeFalse();
    }

    [Theory]
    [InlineData("BillGroupingKey")]
    [InlineData("CreditReason")]
    [InlineData("DebitReason")]
    [InlineData("TransactionType")]
    public async Task Picklist_ArchivedEntry_IsLeftOutWhenAsked(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var archived = await Entity.MakeAsync(client, kind);
        var list = AllKinds.Catalog.Of(kind).Path;

        (await client.GetAsync(list)).Data.Single()["id"]!.ToJsonString().ShouldBe(
            archived.Stored["id"]!.ToJsonString());
        (await client.GetAsync($"{list}?archived=false")).Data.ShouldBeEmpty();
    }

    private static Task<ApiAnswer> LinkAsync(ApiClient client, string group, string plan) => client.PostAsync(
        "plangrouplinks", new JsonObject { ["planGroupId"] = group, ["planId"] = plan });

    private static string Dates(ApiAnswer page) =>
        string.Join(' ', page.Data.Select(adjustment => ((string)adjustment["date"]!)[..7]));
}
