using System.Net;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>What bills charge for compound aggregations (metering reference 10.3 and 10.4).</summary>
public sealed class CompoundBillTests(SqliteServer shared)
{
    private const string Meter = """
        {"name":"calls","code":"calls","derivedFields":[],
          "dataFields":[{"category":"MEASURE","code":"n","name":"n","unit":"1"},
            {"category":"MEASURE","code":"other","name":"other","unit":"1"},
            {"category":"WHAT","code":"size","name":"size"}]}
        """;

    // x is 21 in the period; y has no usage in it, and a default value or none.
    [Theory]
    [InlineData("aggregation.x + aggregation.y", false, null, null)]
    [InlineData("isnull(aggregation.y, 0) + 5", false, null, null)]
    [InlineData("aggregation.y + 5", true, null, null)]
    [InlineData("isnull(aggregation.y, 0) + 5", true, null, "5")]
    [InlineData("aggregation.x + isnull(aggregation.y, 0)", true, null, "21")]
    [InlineData("aggregation.x + aggregation.y", false, "0", "21")]
    [InlineData("aggregation.x + aggregation.y", false, "4.5", "25.5")]
    [InlineData("5 * 2", false, null, "10")]
    [InlineData("aggregation.x - 100", false, null, "-79")]
    public async Task BillJob_OfACompoundAggregation_FollowsTheNullRules(
        string calculation, bool evaluatesNulls, string? defaultValue, string? subtotal)
    {
        using var client = await shared.NewOrganizationAsync();
        var meter = (await client.PostAsync("meters", Meter)).Id;
        var ofDefault = defaultValue is null ? "" : $",\"defaultValue\":{defaultValue}";
        await AddAsync(client, "aggregations", Sale.Terms(
            "x", $"\"meterId\":\"{meter}\",\"targetField\":\"n\",\"aggregation\":\"SUM\""));
        await AddAsync(client, "aggregations", Sale.Terms(
            "y", $$"""
                "meterId":"{{meter}}","targetField":"other","aggregation":"SUM","segmentedFields":["size"],
                "segments":[{"size":"none"}]{{ofDefault}}
                """));
        var compound = await AddAsync(client, "compoundaggregations", Sale.Terms(
            "c", $$"""
                "calculation":"{{calculation}}","evaluateNullAggregations":{{(evaluatesNulls ? "true" : "false")}}
                """));
        var segment = calculation.Contains("aggregation.y", StringComparison.Ordinal)
            ? ""","segment":{"size":"none"}""" : "";
        var account = await Sale.MakeAsync(client, $"\"compoundAggregationId\":\"{compound}\"{segment}");
        await new MeteredUsage(client).SubmitAsync("calls acme 2026-01-15 measure.n=21 measure.other=1 what.size=big");

        var line = await Sale.UsageLineAsync(client, await Sale.BillAsync(client, account));

        line?["subtotal"]!.ToString().ShouldBe(subtotal);
        (line is null).ShouldBe(subtotal is null);
    }

    [Fact]
    public async Task BillJob_OfACompoundOfSegmentedAggregations_BillsTheSegmentsThatTheyHaveInCommon()
    {
        using var client = await shared.NewOrganizationAsync();
        var meter = (await client.PostAsync("meters", Meter)).Id;
        foreach (var (code, field, segments) in new[]
        {
            ("x", "n", """{"size":"big"},{"size":"small"}"""),
            ("y", "other", """{"size":"huge"},{"size":"big"}"""),
        })
            await AddAsync(client, "aggregations", Sale.Terms(code, $$"""
                "meterId":"{{meter}}","targetField":"{{field}}","aggregation":"SUM","segmentedFields":["size"],
                "segments":[{{segments}}]
                """));
        var compound = await AddAsync(client, "compoundaggregations", Sale.Terms(
            "c", "\"calculation\":\"aggregation.x * 1000 + aggregation.y\""));
        (await client.GetAsync($"compoundaggregations/{compound}")).Object["segments"]!.ToJsonString()
            .ShouldBe("""[{"size":"big"}]""");
        var account = await Sale.MakeAsync(
            client, $$""" "compoundAggregationId":"{{compound}}","segment":{"size":"big"} """);
        await new MeteredUsage(client).SubmitAsync(
            "calls acme 2026-01-15 measure.n=2 measure.other=3 what.size=big",
            "calls acme 2026-01-16 measure.n=5 measure.other=7 what.size=small",
            "calls acme 2026-01-17 measure.n=11 measure.other=13 what.size=huge");

        var line = await Sale.UsageLineAsync(client, await Sale.BillAsync(client, account));

        line!["subtotal"]!.ToString().ShouldBe("2003");
    }

    // The published example of bundling: a global compound aggregation over aggregations of two products.
    [Fact]
    public async Task BillJob_OfAGlobalCompound_TakesTheUsageOfSeveralProducts()
    {
        using var client = await shared.NewOrganizationAsync();
        foreach (var code in new[] { "calls", "disk" })
        {
            var product = await AddAsync(client, "products", $$"""{"name":"{{code}}","code":"{{code}}"}""");
            var meter = await AddAsync(client, "meters", $$"""
                {"name":"{{code}}","code":"{{code}}","productId":"{{product}}","derivedFields":[],
                  "dataFields":[{"category":"MEASURE","code":"n","name":"n","unit":"1"}]}
                """);
            await AddAsync(client, "aggregations", Sale.Terms(
                code, $"\"meterId\":\"{meter}\",\"targetField\":\"n\",\"aggregation\":\"SUM\""));
        }
        var compound = await AddAsync(client, "compoundaggregations", Sale.Terms(
            "bundle", "\"calculation\":\"aggregation.calls + 10 * aggregation.disk\""));
        var account = await Sale.MakeAsync(client, $"\"compoundAggregationId\":\"{compound}\"");
        await new MeteredUsage(client).SubmitAsync(
            "calls acme 2026-01-15 measure.n=3", "disk acme 2026-01-16 measure.n=4");

        var line = await Sale.UsageLineAsync(client, await Sale.BillAsync(client, account));

        line!["subtotal"]!.ToString().ShouldBe("43");
    }

    private static async Task<string> AddAsync(ApiClient client, string path, string body)
    {
        var answer = await client.PostAsync(path, body);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
        return answer.Id;
    }
}
