using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>
/// Compound aggregations, and what calculations name: it must be there, it stays, and where it cannot be computed yet
/// that is said.
/// </summary>
public sealed class CalculationRuleTests(SqliteServer server)
{
    [Theory]
    [InlineData("""{"calculation":null}""", "required", "calculation")]
    [InlineData("""{"calculation":""}""", "length", "calculation")]
    [InlineData("""{"calculation":"aggregation.total -"}""", "syntax", "calculation")]
    [InlineData("""{"calculation":"total * 2"}""", "unknown_name", "calculation")]
    [InlineData("""{"calculation":"aggregation.nothing * 2"}""", "unknown_name", "calculation")]
    [InlineData("""{"calculation":"aggregation.billable + 1"}""", "not_allowed", "calculation")]
    [InlineData("""{"calculation":"account.customFields.tier"}""", "unknown_name", "calculation")]
    [InlineData("""{"calculation":"ts.year"}""", "unknown_name", "calculation")]
    [InlineData("""{"calculation":"\"a\" + aggregation.total"}""", "type", "calculation")]
    [InlineData("""{"calculation":"Math.round(aggregation.total, 1, 2)"}""", "arguments", "calculation")]
    [InlineData("""{"productId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "unknown_reference", "productId")]
    [InlineData("""{"quantityPerUnit":0}""", "range", "quantityPerUnit")]
    public Task CompoundAggregation_RuleBroken_IsRefused(string change, string code, string path) =>
        RuleTable.RefusesAsync(server, "CompoundAggregation", change, code, path);

    [Theory]
    [InlineData("""{"calculation":"(aggregation.total + 5) / 60","productId":null}""")]
    [InlineData("""{"calculation":"isnull(aggregation.total, 0) > 20 ? aggregation.total : null"}""")]
    [InlineData("""{"calculation":"aggregation.total / billingPeriod.days * billingPeriod.start.year"}""")]
    [InlineData("""{"calculation":"17.5","code":null,"rounding":null,"evaluateNullAggregations":null}""")]
    public Task CompoundAggregation_WithinItsRules_IsAccepted(string change) =>
        RuleTable.AcceptsAsync(server, "CompoundAggregation", change);

    [Fact]
    public Task CompoundAggregation_CodeTaken_IsAConflict() => RuleTable.RefusesToCreateAsync(
        server, "CompoundAggregation", "{}", "taken", "code", HttpStatusCode.Conflict);

    [Fact]
    public async Task Calculation_TenThousandBrackets_IsRefusedByLength()
    {
        using var client = await server.NewOrganizationAsync();

        foreach (var length in new[] { 2000, 10_000 })
        {
            var body = RuleTable.Changed(Compound("1"), $$"""{"calculation":"{{new string('(', length)}}"}""");
            (await client.PostAsync("compoundaggregations", body)).Faults
                .ShouldBe([length > 5000 ? "length calculation" : "syntax calculation"]);
        }
    }

    [Fact]
    public async Task Aggregation_NamedByACompound_StaysWithItsCode()
    {
        using var client = await server.NewOrganizationAsync();
        var compound = await Entity.MakeAsync(client, "CompoundAggregation");
        var aggregation = (await client.GetAsync("aggregations?codes=total")).Data.Single();
        var path = $"aggregations/{aggregation["id"]}";

        var deleted = await client.DeleteAsync(path);
        var renamed = await client.PutAsync(path, RuleTable.Changed(aggregation, """{"code":"other"}"""));
        var changed = await client.PutAsync(path, RuleTable.Changed(aggregation, """{"name":"Other"}"""));

        deleted.Status.ShouldBe(HttpStatusCode.Conflict);
        deleted.Faults.ShouldBe(["in_use "]);
        deleted.Message.ShouldContain($"compound aggregation '{compound.Stored["id"]}'");
        renamed.Status.ShouldBe(HttpStatusCode.Conflict);
        renamed.Faults.ShouldBe(["in_use code"]);
        changed.Status.ShouldBe(HttpStatusCode.OK);
        await client.DeleteAsync($"compoundaggregations/{compound.Stored["id"]}");
        (await client.DeleteAsync(path)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("account.customFields.tier")]
    [InlineData("account.tier")]
    public async Task CustomField_NamedByACalculation_Stays(string name)
    {
        using var client = await server.NewOrganizationAsync();
        var fields = await PutFieldsAsync(client, """{"account":{"tier":1,"other":2}}""", 1);
        fields.Status.ShouldBe(HttpStatusCode.OK);
        var compound = await client.PostAsync("compoundaggregations", Compound($"{name} * 2"));
        compound.Status.ShouldBe(HttpStatusCode.OK);
        var meter = Meter(("MEASURE", "d", $"n * {name}"));
        (await client.PostAsync("meters", meter)).Status.ShouldBe(HttpStatusCode.OK);

        var refused = await PutFieldsAsync(client, """{"account":{"other":2}}""", 2);
        var unused = await PutFieldsAsync(client, """{"account":{"tier":"gold"}}""", 2);

        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Faults.ShouldBe(["in_use account.tier"]);
        refused.Message.ShouldContain("derived field 'd' of the meter 'calls'");
        unused.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Meter_FieldThatADerivedFieldUses_CannotGo()
    {
        using var client = await server.NewOrganizationAsync();
        var meter = (await client.PostAsync("meters", Meter(("MEASURE", "d", "n * 2")))).Object;
        meter["dataFields"]![0]!["code"] = "m";

        (await client.PutAsync($"meters/{meter["id"]}", meter)).Faults
            .ShouldBe(["unknown_name derivedFields[0].calculation"]);
    }

    [Fact]
    public async Task CompoundAggregation_Segments_FollowItsAggregations()
    {
        using var client = await server.NewOrganizationAsync();
        var first = await SegmentedAsync(client, "one", "eu", "us", "*");
        await SegmentedAsync(client, "two", "us", "asia", "eu");
        await SegmentedAsync(client, "apart", "mars");
        var compounds = new Dictionary<string, string>();
        foreach (var calculation in new[] { "aggregation.one", "aggregation.one + aggregation.two",
            "aggregation.one - aggregation.apart", "5" })
        {
            compounds[calculation] = (await client.PostAsync(
                "compoundaggregations", RuleTable.Changed(Compound(calculation), """{"code":null}"""))).Id;
        }

        (await SegmentsAsync("aggregation.one")).ShouldBe("eu us *");
        (await SegmentsAsync("aggregation.one + aggregation.two")).ShouldBe("eu us");
        (await SegmentsAsync("aggregation.one - aggregation.apart")).ShouldBe("");
        (await SegmentsAsync("5")).ShouldBeNull();
        first["segments"] = JsonNode.Parse("""[{"region":"asia"}]""");
        (await client.PutAsync($"aggregations/{first["id"]}", first)).Status.ShouldBe(HttpStatusCode.OK);
        (await SegmentsAsync("aggregation.one + aggregation.two")).ShouldBe("asia");
        (await client.GetAsync("compoundaggregations")).Data[^1]["segments"]!.AsArray().Count.ShouldBe(1);

        async Task<string?> SegmentsAsync(string calculation) =>
            (await client.GetAsync($"compoundaggregations/{compounds[calculation]}")).Object["segments"]?.AsArray()
                is { } segments ? string.Join(' ', segments.Select(segment => segment!["region"])) : null;
    }

    [Fact]
    public async Task Pricing_OfACompound_IsHeldToItsProductItsSegmentsAndOneAtATime()
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = (await Entity.MakeAsync(client, "Pricing")).Body;
        var elsewhere = (await client.PostAsync("products", """{"name":"Other","code":"elsewhere"}""")).Id;
        var compound = await CompoundAsync(client, "aggregation.total * 2");
        pricing.Remove("code");
        pricing.Remove("aggregationId");
        pricing["compoundAggregationId"] = compound["id"]!.DeepClone();

        (await client.PostAsync("pricings", RuleTable.Changed(pricing, """{"segment":null}"""))).Faults
            .ShouldBe(["required segment"]);
        var made = (await client.PostAsync("pricings", pricing)).Object;
        ((string?)made["aggregationType"]).ShouldBe("COMPOUND");
        (await client.PostAsync("pricings", pricing)).Faults.ShouldBe(["overlap startDate"]);
        (await client.PostAsync("pricings", RuleTable.Changed(pricing, """{"segment":{"region":"*"}}"""))).Status
            .ShouldBe(HttpStatusCode.OK);
        compound["productId"] = elsewhere;
        (await client.PutAsync($"compoundaggregations/{compound["id"]}", compound)).Faults
            .ShouldContain("immutable productId");
        compound["code"] = "second";
        pricing["compoundAggregationId"] = (await client.PostAsync("compoundaggregations", compound)).Id;
        (await client.PostAsync("pricings", pricing)).Faults.ShouldBe(["other_product compoundAggregationId"]);
    }

    private static Task<ApiAnswer> PutFieldsAsync(ApiClient client, string fields, int version) =>
        client.PutAsync("customfields", RuleTable.Changed(
            JsonNode.Parse(fields)!.AsObject(), $$"""{"version":{{version}}}"""));

    private static JsonObject Compound(string calculation) => new()
    {
        ["name"] = "Billable",
        ["code"] = "billable",
        ["calculation"] = calculation,
        ["rounding"] = "NONE",
        ["quantityPerUnit"] = 1,
        ["unit"] = "1",
    };

    private static async Task<JsonObject> CompoundAsync(ApiClient client, string calculation) =>
        (await client.PostAsync("compoundaggregations", Compound(calculation))).Object;

    private static JsonObject Meter(params (string Category, string Code, string Calculation)[] derived) => new()
    {
        ["name"] = "Calls",
        ["code"] = "calls",
        ["dataFields"] = JsonNode.Parse("""
            [{"category":"MEASURE","code":"n","name":"N","unit":"1"},{"category":"WHERE","code":"region","name":"R"}]
            """),
        ["derivedFields"] = new JsonArray([.. derived.Select(field => new JsonObject
        {
            ["category"] = field.Category,
            ["code"] = field.Code,
            ["name"] = field.Code,
            ["unit"] = "1",
            ["calculation"] = field.Calculation,
        })]),
    };

    private static async Task<JsonObject> SegmentedAsync(ApiClient client, string code, params string[] regions)
    {
        var meter = RuleTable.Changed(Meter(), $$"""{"code":"{{code}}"}""");
        return (await client.PostAsync("aggregations", new JsonObject
        {
            ["name"] = code,
            ["code"] = code,
            ["meterId"] = (await client.PostAsync("meters", meter)).Id,
            ["targetField"] = "n",
            ["aggregation"] = "SUM",
            ["rounding"] = "NONE",
            ["quantityPerUnit"] = 1,
            ["unit"] = "1",
            ["segmentedFields"] = new JsonArray("region"),
            ["segments"] = new JsonArray([.. regions.Select(region => new JsonObject { ["region"] = region })]),
        })).Object;
    }
}
