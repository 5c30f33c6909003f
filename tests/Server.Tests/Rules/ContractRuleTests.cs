using System.Net;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of contracts and commitments that their shape does not tell.</summary>
public sealed class ContractRuleTests(SqliteServer server)
{
    private const string Fee = """
        {"date":"2026-02-01","amount":1250.25,"servicePeriodStartDate":"2026-01-01T00:00:00Z",
          "servicePeriodEndDate":"2026-02-01T00:00:00Z"}
        """;

    [Theory]
    [InlineData("Contract", """{"endDate":"{startDate}"}""", "order", "endDate")]
    [InlineData("Contract", """{"endDate":null}""", "required", "endDate")]
    [InlineData("Contract", """{"accountId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "immutable", "accountId")]
    [InlineData("Contract", """{"usageFilters":[{"dimensionCode":"region","value":"","mode":"INCLUDE"}]}""", "length",
        "usageFilters[0].value")]
    [InlineData("Contract", """{"usageFilters":[{"dimensionCode":"region","value":"eu"}]}""", "required",
        "usageFilters[0].mode")]
    [InlineData("Commitment", """{"endDate":"{startDate}"}""", "order", "endDate")]
    [InlineData("Commitment", """{"amount":0}""", "range", "amount")]
    [InlineData("Commitment", """{"amountPrePaid":5000.01}""", "range", "amountPrePaid")]
    [InlineData("Commitment", """{"amountPrePaid":4000,"amountFirstBill":1000.01}""", "range", "amountFirstBill")]
    [InlineData("Commitment", """{"billingOffset":364,"startDate":"2024-01-01"}""", "range", "billingOffset")]
    [InlineData("Commitment", """{"separateOverageUsage":true}""", "not_allowed", "separateOverageUsage")]
    [InlineData("Commitment", """{"lineItemTypes":["USAGE","USAGE"]}""", "duplicate", "lineItemTypes")]
    [InlineData("Commitment", """{"lineItemTypes":["AD_HOC"]}""", "unknown_value", "lineItemTypes[0]")]
    [InlineData("Commitment", """{"accountId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "immutable", "accountId")]
    [InlineData("Commitment", $$"""{"feeDates":[{{Fee}}]}""", "not_allowed", "feeDates")]
    public Task AgreedKind_RuleBroken_IsRefused(string kind, string change, string code, string path) =>
        RuleTable.RefusesAsync(server, kind, change, code, path);

    [Theory]
    [InlineData("Contract", """{"billGroupingKeyId":"","usageFilters":[]}""")]
    [InlineData("Commitment", """{"amountPrePaid":4000,"amountFirstBill":1000}""")]
    [InlineData("Commitment", """{"separateOverageUsage":true,"overageSurchargePercent":0}""")]
    [InlineData("Commitment", """{"overageSurchargePercent":-12.5}""")]
    [InlineData("Commitment", """{"productIds":[],"lineItemTypes":[],"feeDates":[]}""")]
    [InlineData("Commitment", $$"""{"billingPlanId":"","feeDates":[{{Fee}}]}""")]
    [InlineData("Commitment", """
        {"billingPlanId":null,"feeDates":[{"date":"2026-02-01","amount":0.01,
          "servicePeriodStartDate":"2026-01-01T00:00:00Z","servicePeriodEndDate":"2026-01-01T00:00:00Z"}]}
        """)]
    public Task AgreedKind_WithinItsRules_IsAccepted(string kind, string change) =>
        RuleTable.AcceptsAsync(server, kind, change);

    [Theory]
    [InlineData("""{"amount":0}""", "range", "feeDates[0].amount")]
    [InlineData("""{"amount":null}""", "required", "feeDates[0].amount")]
    [InlineData("""{"date":"2026-02-30"}""", "date", "feeDates[0].date")]
    [InlineData("""{"date":null}""", "required", "feeDates[0].date")]
    [InlineData("""{"servicePeriodEndDate":"2025-12-31T23:59:59Z"}""", "order", "feeDates[0].servicePeriodEndDate")]
    [InlineData("""{"servicePeriodStartDate":"now"}""", "date_time", "feeDates[0].servicePeriodStartDate")]
    public Task CommitmentFee_RuleBroken_IsRefused(string change, string code, string path)
    {
        var fee = RuleTable.Changed(FullSamples.Parse(Fee), change).ToJsonString();
        return RuleTable.RefusesAsync(
            server, "Commitment", $$"""{"billingPlanId":null,"feeDates":[{{fee}}]}""", code, path);
    }

    [Theory]
    [InlineData("Contract", "{}", "taken", "code")]
    [InlineData("Contract", """{"code":null}""", "exclusive", "billGroupingKeyId")]
    public Task Contract_ClashingWithAnother_IsAConflict(string kind, string change, string code, string path) =>
        RuleTable.RefusesToCreateAsync(server, kind, change, code, path, HttpStatusCode.Conflict);

    [Fact]
    public async Task BillGroupingKey_SharedByContracts_CannotBecomeExclusive()
    {
        using var client = await server.NewOrganizationAsync();
        var contract = await Entity.MakeAsync(client, "Contract");
        var path = $"picklists/billgroupingkeys/{contract.Body["billGroupingKeyId"]}";
        var key = (await client.GetAsync(path)).Object;
        key["exclusive"] = false;
        key = (await client.PutAsync(path, key)).Object;
        (await client.PostAsync("contracts", RuleTable.Changed(contract.Body, """{"code":"second"}""")))
            .Status.ShouldBe(HttpStatusCode.OK);

        key["exclusive"] = true;
        (await client.PutAsync(path, key)).Faults.ShouldBe(["in_use exclusive"]);
    }

    [Theory]
    [InlineData("AccountPlan")]
    [InlineData("Commitment")]
    [InlineData("Charge")]
    public async Task Member_OfAContractOfAnotherAccount_IsRefused(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var other = await FullSamples.CreateAsync(client, "accounts", FullSamples.Account("other"));
        var contract = await BillingSamples.ContractAsync(client, other, "of another");

        (await entity.ReplaceAsync(RuleTable.Changed(entity.Body, $$"""{"contractId":"{{contract}}"}""")))
            .Faults.ShouldBe(["other_account contractId"]);
    }

    [Fact]
    public async Task Commitment_BilledByAPlanMadeForAnotherAccount_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var plan = await Entity.MakeAsync(client, "Plan");
        var commitment = await Samples.MakeAsync(client, "Commitment", "");
        commitment["billingPlanId"] = plan.Stored["id"]!.DeepClone();

        (await client.PostAsync("commitments", commitment)).Faults.ShouldBe(["other_account billingPlanId"]);
    }

    [Fact]
    public async Task Commitment_AtFirst_HasNothingSpent()
    {
        using var client = await server.NewOrganizationAsync();
        var commitment = await Samples.MakeAsync(client, "Commitment", "");
        commitment["amountSpent"] = 17;

        ((decimal)(await client.PostAsync("commitments", commitment)).Object["amountSpent"]!).ShouldBe(0);
    }

    [Theory]
    [InlineData("accountId:{accountId}", true)]
    [InlineData("accountId:x", false)]
    [InlineData("contractId:{contractId}$startDate:1900-01-01", true)]
    [InlineData("startDate>1900-01-01", false)]
    [InlineData("startDate>=1900-01-01$endDate<2027-01-02", true)]
    [InlineData("endDate~2027-01", true)]
    [InlineData("productId:{productIds[1]}", true)]
    [InlineData("productIds:x,{productIds[0]}", true)]
    [InlineData("productIds:x", false)]
    [InlineData("id:{id}$ids:x,{id}", true)]
    [InlineData("createdBy:{createdBy}$lastModifiedBy:{createdBy}$dtCreated<9999-01-01", true)]
    public async Task Commitments_Searched_AreThoseThatMatch(string query, bool isFound)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "Commitment");
        foreach (var name in new[] { "accountId", "contractId", "productIds[0]", "productIds[1]", "id", "createdBy" })
            query = query.Replace($"{{{name}}}", (string)Place.At(name).Read(entity.Stored)!, StringComparison.Ordinal);

        var found = await client.GetAsync($"commitments/search?searchQuery={query}");

        found.Data.Count.ShouldBe(isFound ? 1 : 0);
    }

    [Theory]
    [InlineData("productIds>x", "search searchQuery")]
    [InlineData("startDate>soon", "date searchQuery")]
    [InlineData("amount:1", "search searchQuery")]
    public async Task Commitments_SearchedWrongly_AreRefused(string query, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        (await client.GetAsync($"commitments/search?searchQuery={query}")).Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task AccountPlansOfAContract_ListedByIt_AreThoseOfPlans()
    {
        using var client = await server.NewOrganizationAsync();
        var onPlan = await Entity.MakeAsync(client, "AccountPlan");
        var group = await FullSamples.CreateAsync(
            client, "plangroups", FullSamples.Parse("""{"name":"Group","currency":"USD"}"""));
        var onGroup = RuleTable.Changed(onPlan.Body, $$"""{"planId":null,"planGroupId":"{{group}}","code":null}""");
        (await client.PostAsync("accountplans", onGroup)).Status.ShouldBe(HttpStatusCode.OK);

        var found = await client.GetAsync($"accountplans?contract={onPlan.Body["contractId"]}&includeall=true");

        found.Data.Single()["id"]!.ToJsonString().ShouldBe(onPlan.Stored["id"]!.ToJsonString());
    }

    [Theory]
    [InlineData("accountId=x", "length accountId")]
    [InlineData("accountId=3f2504e0-4f89-11d3-9a0c-0305e82c33011", "length accountId")]
    public async Task Contracts_AskedForWrongly_AreRefused(string query, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        (await client.GetAsync($"contracts?{query}")).Faults.ShouldBe([fault]);
    }
}
