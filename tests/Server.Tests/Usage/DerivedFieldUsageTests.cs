using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>
/// Measurements of a meter with derived fields are kept whole, and what would need a derived value says that there is
/// none yet, instead of a figure.
/// </summary>
public sealed class DerivedFieldUsageTests(SqliteServer shared)
{
    private const string Meter = """
        {"name":"calls","code":"calls",
          "dataFields":[{"category":"MEASURE","code":"n","name":"n","unit":"1"}],
          "derivedFields":[
            {"category":"MEASURE","code":"twice","name":"Twice","unit":"1","calculation":"n * 2"},
            {"category":"WHAT","code":"size","name":"Size","calculation":"n > 10 ? \"big\" : \"small\""}]}
        """;

    [Fact]
    public async Task Measurement_OfAMeterWithDerivedFields_IsStoredWithoutTheirValues()
    {
        using var client = await shared.NewOrganizationAsync();
        await client.PostAsync("meters", Meter);
        var usage = new MeteredUsage(client);
        // A value that was sent for a derived field is not taken (metering reference 4.6).
        await usage.SubmitAsync("calls acme 2025-03-01 measure.n=21 measure.twice=7");

        var rows = await usage.QueryAsync("\"limit\":10");

        var row = rows.Data.Single();
        ((decimal)row["n"]!).ShouldBe(21m);
        row["twice"].ShouldBeNull();
        row["size"].ShouldBeNull();
        (await client.GetAsync("events")).Data.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""
        "aggregations":[{"meterId":"{id}","fieldCode":"twice","fieldType":"MEASURE","function":"SUM"}]
        """, "not_available aggregations[0].fieldCode")]
    [InlineData("""
        "aggregations":[{"meterId":"{id}","fieldCode":"n","fieldType":"MEASURE","function":"SUM"}],
        "groups":[{"groupType":"DIMENSION","meterId":"{id}","fieldCode":"size"}]
        """, "not_available groups[0].fieldCode")]
    [InlineData("""
        "dimensionFilters":[{"meterId":"{id}","fieldCode":"size","values":["big"]}]
        """, "not_available dimensionFilters[0].fieldCode")]
    public async Task Query_OfADerivedField_IsRefusedByName(string members, string fault)
    {
        using var client = await shared.NewOrganizationAsync();
        var id = (await client.PostAsync("meters", Meter)).Id;

        var answer = await new MeteredUsage(client).QueryAsync(members.Replace("{id}", id, StringComparison.Ordinal));

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe([fault]);
    }

    [Theory]
    [InlineData("derived", "derived fields ('twice' of the meter calls)")]
    [InlineData("segmented", "derived fields ('size' of the meter calls)")]
    [InlineData("sql", "CUSTOM_SQL aggregations")]
    [InlineData("compound", "compound aggregations (compoundAggregationId)")]
    public async Task BillJob_OfWhatIsNotComputedYet_FailsTheAccountByName(string priced, string message)
    {
        using var client = await shared.NewOrganizationAsync();
        var meter = (await client.PostAsync("meters", Meter)).Id;
        var target = priced == "derived" ? "twice" : "n";
        var method = priced switch
        {
            "segmented" => """ "aggregation":"SUM","segmentedFields":["size"],"segments":[{"size":"big"}] """,
            "sql" => """ "aggregation":"CUSTOM_SQL","customSql":"SELECT MAX(n) FROM measurements" """,
            _ => """ "aggregation":"SUM" """,
        };
        var aggregation = Terms("calls", $"\"meterId\":\"{meter}\",\"targetField\":\"{target}\",{method}");
        var aggregationId = (await client.PostAsync("aggregations", aggregation)).Id;
        var reference = $"\"aggregationId\":\"{aggregationId}\"";
        if (priced == "compound")
        {
            var compound = await client.PostAsync(
                "compoundaggregations", Terms("twice", "\"calculation\":\"aggregation.calls * 2\""));
            reference = $"\"compoundAggregationId\":\"{compound.Id}\"";
        }
        if (priced == "segmented")
            reference += ""","segment":{"size":"big"}""";
        var account = await SellAsync(client, reference);
        await new MeteredUsage(client).SubmitAsync("calls acme 2026-01-15 measure.n=21");

        var job = await RunAsync(client, account);

        ((string?)job["failures"]![0]!["message"])!.ShouldContain(message);
        ((string?)job["failures"]![0]!["accountId"]).ShouldBe(account);
        (await client.GetAsync("bills")).Data.ShouldBeEmpty();
    }

    private static string Terms(string code, string more) => $$"""
        {"name":"{{code}}","code":"{{code}}","rounding":"NONE","quantityPerUnit":1,"unit":"1",{{more}}}
        """;

    /// <summary>Puts an account on a plan with one price.</summary>
    /// <returns>The account's UUID.</returns>
    private static async Task<string> SellAsync(ApiClient client, string priced)
    {
        var product = (await client.PostAsync("products", """{"name":"P","code":"p"}""")).Id;
        var template = (await client.PostAsync("plantemplates", $$"""
            {"name":"T","code":"t","productId":"{{product}}","currency":"USD","standingCharge":1,
              "billFrequency":"MONTHLY"}
            """)).Id;
        var plan = (await client.PostAsync(
            "plans", $$"""{"name":"L","code":"l","planTemplateId":"{{template}}"}""")).Id;
        (await client.PostAsync("pricings", $$"""
            {"planId":"{{plan}}","startDate":"2026-01-01T00:00:00Z",{{priced}},
              "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
            """)).Status.ShouldBe(HttpStatusCode.OK);
        var account = (await client.PostAsync(
            "accounts", """{"name":"Acme","code":"acme","emailAddress":"a@example.com"}""")).Id;
        (await client.PostAsync("accountplans", $$"""
            {"accountId":"{{account}}","planId":"{{plan}}","startDate":"2026-01-01T00:00:00Z"}
            """)).Status.ShouldBe(HttpStatusCode.OK);
        return account;
    }

    private static async Task<JsonObject> RunAsync(ApiClient client, string account)
    {
        var id = (await client.PostAsync(
            "billjobs", $$"""{"accountIds":["{{account}}"],"billDate":"2026-02-01"}""")).Id;
        JsonObject job;
        do
            job = (await client.GetAsync($"billjobs/{id}")).Object;
        while ((string?)job["status"] != "COMPLETE");
        return job;
    }
}
