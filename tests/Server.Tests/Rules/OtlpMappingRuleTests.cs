using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of OpenTelemetry mappings that their shape does not tell.</summary>
public sealed class OtlpMappingRuleTests(SqliteServer server)
{
    [Theory]
    [InlineData("""{"preset":null,"match":null}""", "required", "match")]
    [InlineData("""{"preset":null,"match":[]}""", "required", "match")]
    [InlineData("""{"match":[{}]}""", "exactly_one", "match[0]")]
    [InlineData("""{"match":[{"attribute":"a"},{"attribute":"a","property":"NAME"}]}""", "exactly_one", "match[1]")]
    [InlineData("""{"match":[{"property":"BODY"}]}""", "contradiction", "match[0].property")]
    [InlineData("""{"account":{}}""", "exactly_one", "account")]
    [InlineData("""{"account":{"constant":"a","attributes":["b"]}}""", "exactly_one", "account")]
    [InlineData("""{"account":{"constant":"a","default":"b"}}""", "contradiction", "account.default")]
    [InlineData("""{"account":{"attributes":[""]}}""", "length", "account.attributes")]
    [InlineData("""{"account":{"property":"BODY"}}""", "contradiction", "account.property")]
    [InlineData("""{"signal":"LOGS","account":{"property":"VALUE"}}""", "contradiction", "account.property")]
    [InlineData("""{"fields":[{"code":"region","constant":"x"}]}""", "required", "fields")]
    [InlineData("""{"fields":[{"code":"other","constant":"x"}]}""", "unknown_field", "fields[0].code")]
    [InlineData("""{"fields":[{"code":"region"}]}""", "exactly_one", "fields[0]")]
    [InlineData("""{"fields":[{"code":"count","constant":"x"}]}""", "number", "fields[0].constant")]
    [InlineData("""{"fields":[{"code":"count","attributes":["x"],"default":"1 "}]}""", "number", "fields[0].default")]
    [InlineData("""
        {"fields":[{"code":"region","constant":"x"},{"code":"region","constant":"y"}]}
        """, "duplicate", "fields[1].code")]
    public Task OtlpMapping_RuleBroken_IsRefused(string change, string code, string path) =>
        RuleTable.RefusesAsync(server, "OtlpMapping", change, code, path);

    [Theory]
    [InlineData("""{"preset":null}""")]
    [InlineData("""{"match":null}""")]
    [InlineData("""{"signal":"LOGS","match":[{"property":"BODY","value":"x"}]}""")]
    public Task OtlpMapping_WithinItsRules_IsAccepted(string change) =>
        RuleTable.AcceptsAsync(server, "OtlpMapping", change);

    [Fact]
    public async Task Meter_FieldThatAMappingUses_CannotBeRemoved()
    {
        using var client = await server.NewOrganizationAsync();
        var mapping = await Entity.MakeAsync(client, "OtlpMapping");
        var meter = (await client.GetAsync($"meters/{mapping.Body["meterId"]}")).Object;
        var fields = meter["dataFields"]!.AsArray();
        fields.RemoveAt(fields.Select(field => (string?)field!["code"]).ToList().IndexOf("region"));

        var answer = await client.PutAsync($"meters/{meter["id"]}", meter);

        answer.Faults.ShouldBe(["field_in_use dataFields"]);
        (await client.DeleteAsync($"meters/{meter["id"]}")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Mappings_MoreThanAHundredOfASignal_AreRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var mapping = (await Entity.MakeAsync(client, "OtlpMapping")).Body;
        for (var count = 1; count < 100; count++)
            (await client.PostAsync("otlpmappings", mapping)).Status.ShouldBe(HttpStatusCode.OK);

        var answer = await client.PostAsync("otlpmappings", mapping);

        answer.Faults.ShouldBe(["limit signal"]);
        answer.Status.ShouldBe(HttpStatusCode.Conflict);
        mapping["signal"] = JsonValue.Create("LOGS");
        (await client.PostAsync("otlpmappings", mapping)).Status.ShouldBe(HttpStatusCode.OK);
    }
}
