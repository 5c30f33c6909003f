using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of currencies, plan templates, plans and pricings that their shape does not tell.</summary>
public sealed class PricingRuleTests(SqliteServer server)
{
    [Theory]
    [InlineData("PlanTemplate", """{"billFrequency":"AD_HOC"}""", "unknown_value", "billFrequency")]
    [InlineData("PlanTemplate", """{"billFrequency":"MIXED"}""", "unknown_value", "billFrequency")]
    [InlineData("PlanTemplate", """{"currency":"ZZZ"}""", "unknown_reference", "currency")]
    [InlineData("PlanTemplate", """{"currency":"gbp"}""", "unknown_reference", "currency")]
    [InlineData("PlanTemplate", """{"currency":"US"}""", "length", "currency")]
    [InlineData("PlanTemplate", """{"code":""}""", "form", "code")]
    [InlineData("Plan", """{"accountId":null}""", "immutable", "accountId")]
    [InlineData("Plan", """{"standingCharge":-0.01}""", "range", "standingCharge")]
    [InlineData("Currency", """{"maxDecimalPlaces":6}""", "range", "maxDecimalPlaces")]
    [InlineData("Currency", """{"code":"1AB"}""", "form", "code")]
    [InlineData("Currency", """{"name":null}""", "required", "name")]
    [InlineData("Pricing", """{"planTemplateId":null}""", "exactly_one", "planId")]
    [InlineData("Pricing", """{"planTemplateId":""}""", "exactly_one", "planId")]
    [InlineData("Pricing", """{"planId":"{planTemplateId}"}""", "exactly_one", "planId")]
    [InlineData("Pricing", """{"aggregationId":null}""", "exactly_one", "aggregationId")]
    [InlineData("Pricing", """{"compoundAggregationId":"{aggregationId}"}""", "exactly_one", "aggregationId")]
    [InlineData("Pricing", """{"endDate":"{startDate}"}""", "order", "endDate")]
    [InlineData("Pricing", """{"endDate":"2025-12-31T23:59:59.999Z"}""", "order", "endDate")]
    [InlineData("Pricing", """{"segment":null}""", "required", "segment")]
    [InlineData("Pricing", """{"segment":{}}""", "required", "segment")]
    [InlineData("Pricing", """{"segment":{"region":"us"}}""", "unknown_segment", "segment")]
    [InlineData("Pricing", """{"segment":{"region":"eu","note":"x"}}""", "unknown_segment", "segment")]
    [InlineData("Pricing", """{"cumulative":false}""", "not_allowed", "overagePricingBands")]
    [InlineData("Pricing", """{"tiersSpanPlan":true}""", "not_allowed", "overagePricingBands")]
    [InlineData("Pricing", """{"pricingBands":[]}""", "count", "pricingBands")]
    [InlineData("Pricing", """{"pricingBands":[{"lowerLimit":1,"fixedPrice":0,"unitPrice":1}]}""", "bands",
        "pricingBands")]
    [InlineData("Pricing", """
        {"pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1},{"lowerLimit":0.0,"fixedPrice":0,"unitPrice":1}]}
        """, "duplicate", "pricingBands[1].lowerLimit")]
    [InlineData("Pricing", """{"overagePricingBands":[{"lowerLimit":1,"fixedPrice":0,"unitPrice":1}]}""", "bands",
        "overagePricingBands")]
    [InlineData("Pricing", """{"pricingBands":[{"lowerLimit":0,"unitPrice":1}]}""", "required",
        "pricingBands[0].fixedPrice")]
    public Task PricedKind_RuleBroken_IsRefused(string kind, string change, string code, string path) =>
        RuleTable.RefusesAsync(server, kind, change, code, path);

    [Theory]
    [InlineData("PlanTemplate", "{}", "taken", "code")]
    [InlineData("Plan", "{}", "taken", "code")]
    [InlineData("Currency", "{}", "taken", "code")]
    [InlineData("Pricing", "{}", "taken", "code")]
    [InlineData("Pricing", """{"code":null}""", "overlap", "startDate")]
    [InlineData("Pricing", """{"code":null,"startDate":"2026-12-31T23:59:59.999Z","endDate":null}""", "overlap",
        "startDate")]
    [InlineData("Pricing", """{"code":null,"startDate":"2020-01-01T00:00:00Z","endDate":"2026-01-01T00:00:00.001Z"}""",
        "overlap", "startDate")]
    public Task PricedKind_ClashingWithAnother_IsAConflict(string kind, string change, string code, string path) =>
        RuleTable.RefusesToCreateAsync(server, kind, change, code, path, HttpStatusCode.Conflict);

    [Theory]
    [InlineData("Pricing", """{"endDate":null}""")]
    [InlineData("Pricing", """{"planId":"","compoundAggregationId":""}""")]
    [InlineData("Pricing", """{"segment":{"region":"*"}}""")]
    [InlineData("Pricing", """{"cumulative":false,"overagePricingBands":[]}""")]
    [InlineData("Pricing", """
        {"pricingBands":[{"lowerLimit":9.5,"fixedPrice":-1,"unitPrice":-0.5},
          {"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
        """)]
    [InlineData("PlanTemplate", """{"code":null}""")]
    [InlineData("Currency", """{"code":null,"maxDecimalPlaces":null,"roundingMode":null}""")]
    public Task PricedKind_WithinItsRules_IsAccepted(string kind, string change) =>
        RuleTable.AcceptsAsync(server, kind, change);

    [Theory]
    [InlineData("""{"startDate":"2027-01-01T00:00:00Z","endDate":null}""")]
    [InlineData("""{"startDate":"2020-01-01T00:00:00Z","endDate":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"segment":{"region":"*"}}""")]
    public async Task Pricing_BesideAnother_IsAccepted(string change)
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = RuleTable.Changed((await Entity.MakeAsync(client, "Pricing")).Body, change);
        pricing.Remove("code");

        (await client.PostAsync("pricings", pricing)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Pricing_OfAMeterOfAnotherProduct_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = (await Entity.MakeAsync(client, "Pricing")).Body;
        var aggregation = (await client.GetAsync($"aggregations/{pricing["aggregationId"]}")).Object;
        var meter = (await client.GetAsync($"meters/{aggregation["meterId"]}")).Object;
        meter["code"] = "elsewhere";
        meter["productId"] = aggregation["accountingProductId"]!.DeepClone();
        aggregation["code"] = "elsewhere";
        aggregation["meterId"] = (await client.PostAsync("meters", meter)).Id;
        pricing.Remove("code");
        pricing["aggregationId"] = (await client.PostAsync("aggregations", aggregation)).Id;

        (await client.PostAsync("pricings", pricing)).Faults.ShouldBe(["other_product aggregationId"]);
    }

    [Theory]
    [InlineData("Plan")]
    [InlineData("Pricing")]
    public async Task PlanTemplate_InUse_StaysWithItsProduct(string user)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, user);
        var path = $"plantemplates/{entity.Body["planTemplateId"]}";
        var template = (await client.GetAsync(path)).Object;
        var other = new JsonObject { ["name"] = "Other", ["code"] = "other" };
        template["productId"] = (await client.PostAsync("products", other)).Id;

        (await client.PutAsync(path, template)).Faults.ShouldBe(["immutable productId"]);
    }

    [Fact]
    public async Task Plan_OnATemplateOfAnotherProductOrForAnotherAccount_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var plan = await Entity.MakeAsync(client, "Plan");
        var template = (await client.GetAsync($"plantemplates/{plan.Body["planTemplateId"]}")).Object;
        template["code"] = "other";
        template["productId"] = plan.Body["minimumSpendAccountingProductId"]!.DeepClone();
        var otherTemplate = (await client.PostAsync("plantemplates", template)).Id;
        var account = (await client.GetAsync($"accounts/{plan.Body["accountId"]}")).Object;
        account["code"] = "other";
        var otherAccount = (await client.PostAsync("accounts", account)).Id;

        (await plan.ReplaceAsync(RuleTable.Changed(plan.Body, $$"""{"planTemplateId":"{{otherTemplate}}"}""")))
            .Faults.ShouldBe(["immutable planTemplateId"]);
        (await plan.ReplaceAsync(RuleTable.Changed(plan.Body, $$"""{"accountId":"{{otherAccount}}"}""")))
            .Faults.ShouldBe(["immutable accountId"]);
        ((string?)plan.Stored["productId"]).ShouldNotBeNull();
    }
}
