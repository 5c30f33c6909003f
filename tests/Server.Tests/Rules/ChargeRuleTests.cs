using System.Net;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of charges and statement definitions that their shape does not tell.</summary>
public sealed class ChargeRuleTests(SqliteServer server)
{
    [Theory]
    [InlineData("Charge", """{"amount":1}""", "exactly_one", "amount")]
    [InlineData("Charge", """{"units":null,"unitPrice":null}""", "exactly_one", "amount")]
    [InlineData("Charge", """{"units":null}""", "needs", "units")]
    [InlineData("Charge", """{"unitPrice":null}""", "needs", "unitPrice")]
    [InlineData("Charge", """{"lineItemType":"BALANCE_FEE"}""", "contradiction", "lineItemType")]
    [InlineData("Charge", """{"entityId":"x"}""", "not_allowed", "entityId")]
    [InlineData("Charge", """{"entityType":"BALANCE","lineItemType":"BALANCE_FEE"}""", "required", "entityId")]
    [InlineData("Charge", """{"servicePeriodEndDate":"2025-12-31T23:59:59Z"}""", "order", "servicePeriodEndDate")]
    [InlineData("Charge", """{"accountId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "immutable", "accountId")]
    [InlineData("Charge", """{"currency":"ZZZ"}""", "unknown_reference", "currency")]
    [InlineData("Charge", """{"billDate":"2026-02-01T00:00:00Z"}""", "date", "billDate")]
    [InlineData("StatementDefinition", """{"dimensions":[{"name":"region","filter":[]}]}""", "count",
        "dimensions[0].filter")]
    [InlineData("StatementDefinition", """{"measures":[{"aggregations":["CUSTOM_SQL"]}]}""", "unknown_value",
        "measures[0].aggregations")]
    [InlineData("StatementDefinition", """{"measures":[{"aggregations":["SUM","SUM"]}]}""", "duplicate",
        "measures[0].aggregations")]
    [InlineData("StatementDefinition", """
        {"measures":[{"aggregations":["SUM","MIN","MAX","COUNT","LATEST","MEAN","UNIQUE","SUM"]}]}
        """, "count", "measures[0].aggregations")]
    [InlineData("StatementDefinition", """{"measures":[{"meterId":"x","name":"count"}]}""", "unknown_reference",
        "measures[0].meterId")]
    public Task ChargedKind_RuleBroken_IsRefused(string kind, string change, string code, string path) =>
        RuleTable.RefusesAsync(server, kind, change, code, path);

    [Theory]
    [InlineData("Charge", """{"amount":-7.5,"units":null,"unitPrice":null,"billDate":null}""")]
    [InlineData("Charge", """{"amount":0,"units":null,"unitPrice":null,"entityId":"","contractId":""}""")]
    [InlineData("Charge", """{"servicePeriodEndDate":"{servicePeriodStartDate}"}""")]
    [InlineData("StatementDefinition", """{"measures":[{"name":""},{"aggregations":[]}],"dimensions":null}""")]
    public Task ChargedKind_WithinItsRules_IsAccepted(string kind, string change) =>
        RuleTable.AcceptsAsync(server, kind, change);

    [Fact]
    public Task Charge_OfATakenCode_IsAConflict() =>
        RuleTable.RefusesToCreateAsync(server, "Charge", "{}", "taken", "code", HttpStatusCode.Conflict);

    [Fact]
    public async Task StatementDefinition_FieldsOfItsMeters_MustExistAndStay()
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "StatementDefinition");
        var unknown = entity.Body.DeepClone().AsObject();
        unknown["dimensions"]![0]!["name"] = "colour";
        unknown["measures"]![0]!["name"] = "weight";

        (await entity.ReplaceAsync(unknown)).Faults.ShouldBe(
            ["unknown_field dimensions[0].name", "unknown_field measures[0].name"]);
        var meter = (await client.GetAsync($"meters/{entity.Body["dimensions"]![0]!["meterId"]}")).Object;
        meter["dataFields"]!.AsArray().RemoveAt(1);
        (await client.PutAsync($"meters/{meter["id"]}", meter)).Faults.ShouldBe(["field_in_use dataFields"]);
        (await entity.ReplaceAsync(RuleTable.Changed(entity.Body, """{"dimensions":null}""")))
            .Status.ShouldBe(HttpStatusCode.OK);
        (await client.PutAsync($"meters/{meter["id"]}", meter)).Status.ShouldBe(HttpStatusCode.OK);
    }
}
