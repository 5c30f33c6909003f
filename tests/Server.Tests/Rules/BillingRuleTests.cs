using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of accounts, account plans and the organization that their shape does not tell.</summary>
public sealed class BillingRuleTests(SqliteServer server)
{
    [Theory]
    [InlineData("Account", """{"emailAddress":""}""", "form", "emailAddress")]
    [InlineData("Account", """{"emailAddress":null}""", "required", "emailAddress")]
    [InlineData("Account", """{"code":" x"}""", "form", "code")]
    [InlineData("Account", """{"daysBeforeBillDue":0}""", "range", "daysBeforeBillDue")]
    [InlineData("Account", """{"billEpoch":"2026-02-30"}""", "date", "billEpoch")]
    [InlineData("Account", """{"statementDefinitionId":"x"}""", "unknown_reference", "statementDefinitionId")]
    [InlineData("Account", """{"creditApplicationOrder":["BALANCE","BALANCE"]}""", "duplicate",
        "creditApplicationOrder")]
    [InlineData("Account", """{"currency":"usd"}""", "unknown_reference", "currency")]
    [InlineData("Account", """{"address":{"postCode":"123456789012345678901"}}""", "length", "address.postCode")]
    [InlineData("AccountPlan", """{"planId":null}""", "exactly_one", "planId")]
    [InlineData("AccountPlan", """{"planId":""}""", "length", "planId")]
    [InlineData("AccountPlan", """{"planGroupId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "exactly_one", "planId")]
    [InlineData("AccountPlan", """{"planGroupId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301","planId":null}""",
        "unknown_reference", "planGroupId")]
    [InlineData("AccountPlan", """{"contractId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "unknown_reference",
        "contractId")]
    [InlineData("AccountPlan", """{"endDate":"{startDate}"}""", "order", "endDate")]
    [InlineData("AccountPlan", """{"accountId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "immutable", "accountId")]
    [InlineData("AccountPlan", """{"startDate":"0001-01-01T00:00:00+18:00"}""", "date_time", "startDate")]
    [InlineData("AccountPlan", """{"code":""}""", "form", "code")]
    [InlineData("OrganizationConfig", """{"timezone":"Mars/Olympus"}""", "time_zone", "timezone")]
    [InlineData("OrganizationConfig", """{"timezone":""}""", "time_zone", "timezone")]
    [InlineData("OrganizationConfig", """{"scheduledBillInterval":5}""", "unknown_value", "scheduledBillInterval")]
    [InlineData("OrganizationConfig", """{"scheduledBillInterval":12}""", "not_allowed", "scheduledBillOffset")]
    [InlineData("OrganizationConfig", """{"autoApproveBillsGracePeriod":null}""", "needs",
        "autoApproveBillsGracePeriod")]
    [InlineData("OrganizationConfig", """{"autoApproveBillsGracePeriodUnit":null}""", "needs",
        "autoApproveBillsGracePeriod")]
    [InlineData("OrganizationConfig", """{"creditApplicationOrder":["BALANCE","BALANCE"]}""", "duplicate",
        "creditApplicationOrder")]
    [InlineData("OrganizationConfig", """{"defaultStatementDefinitionId":"x"}""", "unknown_reference",
        "defaultStatementDefinitionId")]
    [InlineData("OrganizationConfig", """{"currency":"ZZZ"}""", "unknown_reference", "currency")]
    [InlineData("OrganizationConfig", """{"currencyConversions":[{"from":"EUR","to":"USD","multiplier":0}]}""", "range",
        "currencyConversions[0].multiplier")]
    [InlineData("OrganizationConfig", """
        {"currencyConversions":[{"from":"EUR","to":"USD","multiplier":1},{"from":"EUR","to":"USD","multiplier":1}]}
        """, "duplicate", "currencyConversions[1]")]
    [InlineData("OrganizationConfig", """{"dayEpoch":null}""", "required", "dayEpoch")]
    [InlineData("OrganizationConfig", """{"monthEpoch":"0000-01-01"}""", "date", "monthEpoch")]
    [InlineData("CustomField", """{"plan":{"a":[]}}""", "type", "plan.a")]
    [InlineData("CustomField", """{"plan":{"":1}}""", "length", "plan")]
    public Task BilledKind_RuleBroken_IsRefused(string kind, string change, string code, string path) =>
        RuleTable.RefusesAsync(server, kind, change, code, path);

    [Theory]
    [InlineData("Account", """{"parentAccountId":"","currency":"","statementDefinitionId":""}""")]
    [InlineData("Account", """{"creditApplicationOrder":["PREPAYMENT","BALANCE"]}""")]
    [InlineData("AccountPlan", """{"startDate":"2026-01-01","endDate":null}""")]
    [InlineData("OrganizationConfig", """{"scheduledBillInterval":0.25,"scheduledBillOffset":0}""")]
    [InlineData("OrganizationConfig", """{"timezone":"GMT+1"}""")]
    [InlineData("OrganizationConfig", """
        {"currencyConversions":[{"from":"EUR","to":"USD","multiplier":2},{"from":"USD","to":"EUR","multiplier":0.5}]}
        """)]
    public Task BilledKind_WithinItsRules_IsAccepted(string kind, string change) =>
        RuleTable.AcceptsAsync(server, kind, change);

    [Theory]
    [InlineData("Account", "{}", "taken", "code")]
    [InlineData("AccountPlan", "{}", "taken", "code")]
    [InlineData("AccountPlan", """{"code":null}""", "overlap", "startDate")]
    [InlineData("AccountPlan", """{"code":null,"startDate":"2026-12-31T23:59:59.9Z","endDate":null}""", "overlap",
        "startDate")]
    public Task BilledKind_ClashingWithAnother_IsAConflict(string kind, string change, string code, string path) =>
        RuleTable.RefusesToCreateAsync(server, kind, change, code, path, HttpStatusCode.Conflict);

    [Fact]
    public async Task AccountPlan_AfterAnotherOrWhereOverlapsAreAllowed_IsAccepted()
    {
        using var client = await server.NewOrganizationAsync();
        var body = (await Entity.MakeAsync(client, "AccountPlan")).Body;
        body.Remove("code");
        var next = RuleTable.Changed(body, """{"startDate":"{endDate}","endDate":null}""");
        (await client.PostAsync("accountplans", next)).Status.ShouldBe(HttpStatusCode.OK);
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["allowOverlappingPlans"] = true;
        (await client.PutAsync("organizationconfig", config)).Status.ShouldBe(HttpStatusCode.OK);

        (await client.PostAsync("accountplans", body)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AccountPlan_OnAPlanMadeForAnotherAccount_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var plan = await Entity.MakeAsync(client, "Plan");
        var account = (await client.GetAsync($"accounts/{plan.Body["accountId"]}")).Object;
        account["code"] = "other";
        var body = new JsonObject
        {
            ["planId"] = plan.Stored["id"]!.DeepClone(),
            ["accountId"] = (await client.PostAsync("accounts", account)).Id,
            ["startDate"] = "2026-01-01",
        };

        (await client.PostAsync("accountplans", body)).Faults.ShouldBe(["other_account planId"]);
        body["accountId"] = plan.Body["accountId"]!.DeepClone();
        (await client.PostAsync("accountplans", body)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AccountHierarchy_BeyondTwoLevels_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var child = await Entity.MakeAsync(client, "Account");
        var id = (string)child.Stored["id"]!;
        var parent = (await client.GetAsync($"accounts/{child.Body["parentAccountId"]}")).Object;
        var path = $"accounts/{parent["id"]}";

        // A parent's parent, a child's child, and an account as its own parent.
        var single = (await client.PostAsync("accounts", RuleTable.Changed(
            child.Body, """{"code":"single","parentAccountId":null}"""))).Object;
        (await client.PutAsync(path, RuleTable.Changed(parent, $$"""{"parentAccountId":"{{single["id"]}}"}""")))
            .Faults.ShouldBe(["hierarchy parentAccountId"]);
        (await client.PostAsync("accounts", RuleTable.Changed(
            child.Body, $$"""{"code":"grandchild","parentAccountId":"{{id}}"}""")))
            .Faults.ShouldBe(["hierarchy parentAccountId"]);
        (await client.PutAsync($"accounts/{single["id"]}", RuleTable.Changed(
            single, $$"""{"parentAccountId":"{{single["id"]}}"}"""))).Faults.ShouldBe(["hierarchy parentAccountId"]);
        (await client.GetAsync(path)).Object.ToJsonString().ShouldBe(parent.ToJsonString());
    }

    [Fact]
    public async Task AccountHierarchy_WithAThousandthChild_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var sample = (await Entity.MakeAsync(client, "Account")).Body;
        // The sample is the first child.
        foreach (var numbers in Enumerable.Range(2, 998).Chunk(50))
        {
            var made = await Task.WhenAll(numbers.Select(number => client.PostAsync(
                "accounts", RuleTable.Changed(sample, $$"""{"code":"child {{number}}"}"""))));
            made.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
        }

        (await client.PostAsync("accounts", RuleTable.Changed(sample, """{"code":"child 1000"}""")))
            .Faults.ShouldBe(["hierarchy parentAccountId"]);
        // One of the 999 may still change.
        var child = (await client.GetAsync("accounts?codes=child 7")).Data.Single();
        child["name"] = "Changed";
        (await client.PutAsync($"accounts/{child["id"]}", child)).Status.ShouldBe(HttpStatusCode.OK);
    }
}
