using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>Ending the billing entities of an account or a contract, and replacing an account plan.</summary>
public sealed class EndDateTests(SqliteServer server)
{
    private const string EndDate = "2026-06-15T00:00:00Z";

    private const string Everything = """["CONTRACT","ACCOUNTPLAN","PREPAYMENT","PRICINGS","COUNTER_PRICINGS"]""";

    [Fact]
    public async Task Account_EverythingEnded_EndsWhatIsActiveThen()
    {
        using var client = await server.NewOrganizationAsync();
        var customer = await CustomerAsync(client, "customer");
        // Over before the end date, and not begun by then.
        var over = await CommitmentAsync(client, customer.Account, "2025-01-01", "2026-06-15");
        var later = await CommitmentAsync(client, customer.Account, "2026-06-16", "2027-01-01");

        var answer = (await EndAsync(client, $"accounts/{customer.Account}", Everything)).Object;

        Ids(answer, "updatedEntities", "CONTRACT").ShouldBe([customer.Contract]);
        Ids(answer, "updatedEntities", "ACCOUNTPLAN").ShouldBe([customer.AccountPlan]);
        Ids(answer, "updatedEntities", "PREPAYMENT").ShouldBe([customer.Commitment]);
        Ids(answer, "updatedEntities", "PRICINGS").ShouldBe([customer.Pricing]);
        Ids(answer, "updatedEntities", "COUNTER_PRICINGS").ShouldBe([customer.CounterPricing]);
        answer["failedEntities"]!.AsObject().ShouldBeEmpty();
        ((string)answer["statusMessage"]!).ShouldStartWith("5 billing entities were ended");
        await ShouldEndAsync(client, $"contracts/{customer.Contract}", "2026-06-15");
        await ShouldEndAsync(client, $"commitments/{customer.Commitment}", "2026-06-15");
        await ShouldEndAsync(client, $"accountplans/{customer.AccountPlan}", EndDate);
        await ShouldEndAsync(client, $"pricings/{customer.Pricing}", EndDate);
        await ShouldEndAsync(client, $"counterpricings/{customer.CounterPricing}", EndDate);
        foreach (var untouched in new[] { over, later })
            ((long)(await client.GetAsync($"commitments/{untouched}")).Object["version"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Account_OneKindEnded_LeavesTheOthersAlone()
    {
        using var client = await server.NewOrganizationAsync();
        var customer = await CustomerAsync(client, "customer");

        var answer = (await EndAsync(client, $"accounts/{customer.Account}", """["ACCOUNTPLAN"]""")).Object;

        answer["updatedEntities"]!.AsObject().Select(entry => entry.Key).ShouldBe(["ACCOUNTPLAN"]);
        ((long)(await client.GetAsync($"contracts/{customer.Contract}")).Object["version"]!).ShouldBe(1);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task Parent_WithOrWithoutItsChildren_IsEnded(bool appliesToChildren, int ended)
    {
        using var client = await server.NewOrganizationAsync();
        var parent = await CustomerAsync(client, "parent");
        var child = FullSamples.Account("child");
        child["parentAccountId"] = parent.Account;
        var contract = await BillingSamples.ContractAsync(
            client, await FullSamples.CreateAsync(client, "accounts", child), "of the child");

        var answer = (await client.PutAsync($"accounts/{parent.Account}/enddatebillingentities", FullSamples.Parse($$"""
            {"endDate":"{{EndDate}}","billingEntities":["CONTRACT"],
              "applyToChildren":{{(appliesToChildren ? "true" : "false")}}}
            """))).Object;

        Ids(answer, "updatedEntities", "CONTRACT").Length.ShouldBe(ended);
        ((long)(await client.GetAsync($"contracts/{contract}")).Object["version"]!).ShouldBe(ended);
    }

    [Fact]
    public async Task Contract_Ended_EndsWhatBelongsToItAndNoOtherContract()
    {
        using var client = await server.NewOrganizationAsync();
        var customer = await CustomerAsync(client, "customer");
        var other = await BillingSamples.ContractAsync(client, customer.Account, "other");
        var free = await CommitmentAsync(client, customer.Account, "2026-01-01", "2027-01-01");

        var answer = (await EndAsync(client, $"contracts/{customer.Contract}", Everything)).Object;

        Ids(answer, "updatedEntities", "CONTRACT").ShouldBe([customer.Contract]);
        Ids(answer, "updatedEntities", "ACCOUNTPLAN").ShouldBe([customer.AccountPlan]);
        Ids(answer, "updatedEntities", "PREPAYMENT").ShouldBe([customer.Commitment]);
        foreach (var path in new[] { $"contracts/{other}", $"commitments/{free}" })
            ((long)(await client.GetAsync(path)).Object["version"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Contract_EndedWithoutBeingNamed_StaysItself()
    {
        using var client = await server.NewOrganizationAsync();
        var customer = await CustomerAsync(client, "customer");

        await EndAsync(client, $"contracts/{customer.Contract}", """["ACCOUNTPLAN","PREPAYMENT"]""");

        ((long)(await client.GetAsync($"contracts/{customer.Contract}")).Object["version"]!).ShouldBe(1);
        await ShouldEndAsync(client, $"commitments/{customer.Commitment}", "2026-06-15");
    }

    [Fact]
    public async Task Decision23_PricingOfASharedPlan_IsNotEndedForOneAccount()
    {
        using var client = await server.NewOrganizationAsync();
        var customer = await CustomerAsync(client, "customer", isPlanForAll: true);

        var answer = (await EndAsync(
            client, $"accounts/{customer.Account}", """["PRICINGS","COUNTER_PRICINGS","ACCOUNTPLAN"]""")).Object;

        Ids(answer, "failedEntities", "PRICINGS").ShouldBe([customer.Pricing]);
        Ids(answer, "failedEntities", "COUNTER_PRICINGS").ShouldBe([customer.CounterPricing]);
        Ids(answer, "updatedEntities", "ACCOUNTPLAN").ShouldBe([customer.AccountPlan]);
        (await client.GetAsync($"pricings/{customer.Pricing}")).Object.ContainsKey("endDate").ShouldBeFalse();
    }

    [Fact]
    public async Task EntityThatBeginsAtTheEndDate_IsToldAsFailedAndStays()
    {
        using var client = await server.NewOrganizationAsync();
        var customer = await CustomerAsync(client, "customer");
        var same = await CommitmentAsync(client, customer.Account, "2026-06-15", "2027-01-01");

        var answer = (await EndAsync(client, $"accounts/{customer.Account}", """["PREPAYMENT"]""")).Object;

        Ids(answer, "failedEntities", "PREPAYMENT").ShouldBe([same]);
        Ids(answer, "updatedEntities", "PREPAYMENT").ShouldBe([customer.Commitment]);
        ((string)(await client.GetAsync($"commitments/{same}")).Object["endDate"]!).ShouldBe("2027-01-01");
    }

    [Fact]
    public async Task EndDate_FallsOnTheDayOfTheOrganizationsTimeZone()
    {
        using var client = await server.NewOrganizationAsync();
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["timezone"] = "Asia/Tokyo";
        await client.PutAsync("organizationconfig", config);
        var customer = await CustomerAsync(client, "customer");

        // 15:00 in London is midnight of the next day in Tokyo.
        await client.PutAsync($"accounts/{customer.Account}/enddatebillingentities", FullSamples.Parse(
            """{"endDate":"2026-06-15T15:00:00Z","billingEntities":["CONTRACT"]}"""));

        await ShouldEndAsync(client, $"contracts/{customer.Contract}", "2026-06-16");
    }

    [Theory]
    [InlineData("""{"billingEntities":["CONTRACT"]}""", "required endDate")]
    [InlineData("""{"endDate":"2026-06-15T00:00:00Z"}""", "required billingEntities")]
    [InlineData("""{"endDate":"2026-06-15T00:00:00Z","billingEntities":[]}""", "count billingEntities")]
    [InlineData("""{"endDate":"2026-06-15T00:00:00Z","billingEntities":["BALANCE"]}""",
        "unknown_value billingEntities[0]")]
    [InlineData("""{"endDate":"soon","billingEntities":["CONTRACT"]}""", "date_time endDate")]
    [InlineData("""{"endDate":"2026-06-15T00:00:00Z","billingEntities":["CONTRACT"],"applyToChildren":"x"}""",
        "type applyToChildren")]
    public async Task EndDating_AskedForWrongly_IsRefused(string body, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var contract = await Entity.MakeAsync(client, "Contract");

        foreach (var path in new[] { $"accounts/{contract.Body["accountId"]}", $"contracts/{contract.Stored["id"]}" })
            (await client.PutAsync($"{path}/enddatebillingentities", body)).Faults.ShouldBe([fault]);
    }

    [Theory]
    [InlineData("accounts")]
    [InlineData("contracts")]
    public async Task EndDating_OfNothing_IsNotFound(string path)
    {
        using var client = await server.NewOrganizationAsync();
        (await EndAsync(client, $"{path}/{Guid.NewGuid()}", Everything)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task AccountPlan_Replaced_EndsWhereTheNewOneBegins()
    {
        using var client = await server.NewOrganizationAsync();
        var original = await Entity.MakeAsync(client, "AccountPlan");
        var product = (string)original.Stored["productId"]!;
        var plan = await BillingSamples.PlanAsync(client, product, "dearer");
        var path = $"accountplans/{original.Stored["id"]}/replace";

        var answer = (await client.PostAsync(path, RuleTable.Changed(original.Body, $$"""
            {"planId":"{{plan}}","startDate":"{{EndDate}}","endDate":null,"code":"new"}
            """))).Object;

        ((string)answer["originalAccountPlan"]!["endDate"]!).ShouldBe(EndDate);
        ((long)answer["originalAccountPlan"]!["version"]!).ShouldBe(2);
        ((string)answer["newAccountPlan"]!["planId"]!).ShouldBe(plan);
        ((long)answer["newAccountPlan"]!["version"]!).ShouldBe(1);
        foreach (var name in new[] { "originalAccountPlan", "newAccountPlan" })
        {
            var stored = await client.GetAsync($"accountplans/{answer[name]!["id"]}");
            stored.Object.ToJsonString().ShouldBe(answer[name]!.ToJsonString());
        }
    }

    [Theory]
    [InlineData("""{"startDate":"{startDate}","code":null}""", "order startDate")]
    [InlineData("""{"startDate":"{endDate}","endDate":null,"code":null}""", "order startDate")]
    [InlineData("""{"accountId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "other_account accountId")]
    [InlineData("""{"startDate":"2026-06-15T00:00:00Z"}""", "taken code")]
    [InlineData("""{"startDate":"2026-06-15T00:00:00Z","code":null,"planId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""",
        "unknown_reference planId")]
    [InlineData("""{"startDate":null}""", "required startDate")]
    public async Task AccountPlan_ReplacedWrongly_StaysAsItIs(string change, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var original = await Entity.MakeAsync(client, "AccountPlan");
        var path = $"accountplans/{original.Stored["id"]}";

        (await client.PostAsync($"{path}/replace", RuleTable.Changed(original.Body, change)))
            .Faults.ShouldContain(fault);

        (await client.GetAsync(path)).Object.ToJsonString().ShouldBe(original.Stored.ToJsonString());
        (await client.GetAsync($"accountplans?account={original.Body["accountId"]}&includeall=true")).Data.Count
            .ShouldBe(1);
    }

    [Fact]
    public async Task AccountPlan_ReplacedByOneThatOverlapsAThird_StaysAsItIs()
    {
        using var client = await server.NewOrganizationAsync();
        var original = await Entity.MakeAsync(client, "AccountPlan");
        var other = await BillingSamples.PlanAsync(client, await FullSamples.ProductAsync(client, "other"), "third");
        await client.PostAsync("accountplans", RuleTable.Changed(
            original.Body, $$"""{"planId":"{{other}}","code":null,"endDate":null}"""));
        var path = $"accountplans/{original.Stored["id"]}";

        var answer = await client.PostAsync($"{path}/replace", RuleTable.Changed(
            original.Body, $$"""{"planId":"{{other}}","code":null,"startDate":"{{EndDate}}"}"""));

        answer.Faults.ShouldBe(["overlap startDate"]);
        (await client.GetAsync(path)).Object.ToJsonString().ShouldBe(original.Stored.ToJsonString());
        (await client.PostAsync($"accountplans/{Guid.NewGuid()}/replace", original.Body)).Status
            .ShouldBe(HttpStatusCode.NotFound);
    }

    private sealed record Customer(
        string Account, string Contract, string AccountPlan, string Commitment, string Pricing, string CounterPricing);

    /// <summary>An account on a priced plan of its own, or one for all, with a contract and a commitment.</summary>
    private static async Task<Customer> CustomerAsync(
        ApiClient client, string code, bool isPlanForAll = false)
    {
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        var account = await FullSamples.CreateAsync(client, "accounts", FullSamples.Account(code));
        var contract = await BillingSamples.ContractAsync(client, account, $"contract of {code}");
        var pricing = await Samples.MakeAsync(client, "Pricing", code);
        var plan = FullSamples.Parse($$"""{"name":"Plan","code":"plan of {{code}}"}""");
        plan["planTemplateId"] = pricing["planTemplateId"]!.DeepClone();
        if (!isPlanForAll)
            plan["accountId"] = account;
        var planId = await FullSamples.CreateAsync(client, "plans", plan);
        pricing.Remove("planTemplateId");
        pricing["planId"] = planId;
        var counter = await FullSamples.CreateAsync(client, "counters", BillingSamples.Counter($"seats of {code}"));
        return new Customer(
            account,
            contract,
            await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse($$"""
                {"accountId":"{{account}}","planId":"{{planId}}","contractId":"{{contract}}",
                  "startDate":"2026-01-01T00:00:00Z"}
                """)),
            await CommitmentAsync(client, account, "2026-01-01", "2027-01-01", contract),
            await FullSamples.CreateAsync(client, "pricings", pricing),
            await FullSamples.CreateAsync(client, "counterpricings", FullSamples.Parse($$"""
                {"planId":"{{planId}}","counterId":"{{counter}}","startDate":"2026-01-01T00:00:00Z",
                  "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":2}]}
                """)));
    }

    private static Task<string> CommitmentAsync(
        ApiClient client, string account, string start, string end, string? contract = null)
    {
        var body = FullSamples.Parse($$"""
            {"accountId":"{{account}}","amount":100,"currency":"USD","startDate":"{{start}}","endDate":"{{end}}"}
            """);
        body["contractId"] = contract;
        return FullSamples.CreateAsync(client, "commitments", body);
    }

    private static Task<ApiAnswer> EndAsync(ApiClient client, string path, string kinds) => client.PutAsync(
        $"{path}/enddatebillingentities", $$"""{"endDate":"{{EndDate}}","billingEntities":{{kinds}}}""");

    private static async Task ShouldEndAsync(ApiClient client, string path, string end)
    {
        var entity = (await client.GetAsync(path)).Object;
        ((string)entity["endDate"]!).ShouldBe(end);
        ((long)entity["version"]!).ShouldBe(2);
    }

    private static string[] Ids(JsonObject answer, string outcome, string kind) =>
        [.. answer[outcome]![kind]!.AsArray().Select(id => (string)id!)];
}
