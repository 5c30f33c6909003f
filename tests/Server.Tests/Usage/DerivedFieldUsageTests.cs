using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.LookupTables;

namespace Tallystick.Server.Tests.Usage;

/// <summary>
/// Derived fields are computed while measurements are loaded, and stored with them (metering reference 8).
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
    public async Task Measurement_OfAMeterWithDerivedFields_IsStoredWithTheirValues()
    {
        using var client = await shared.NewOrganizationAsync();
        var id = (await client.PostAsync("meters", Meter)).Id;
        var usage = new MeteredUsage(client);
        // A value that was sent for a derived field is not taken (metering reference 4.6).
        await usage.SubmitAsync(
            "calls acme 2025-03-01 measure.n=21 measure.twice=7", "calls acme 2025-03-01 measure.n=0.5");

        MeteredUsage.Rows(await usage.QueryAsync($$"""
            "aggregations":[{{MeteredUsage.Aggregation(id, "twice", "SUM")}}],
            "groups":[{"groupType":"DIMENSION","meterId":"{{id}}","fieldCode":"size"}]
            """)).ShouldBe(["{'size':'big','calls.twice.SUM':42}", "{'size':'small','calls.twice.SUM':1}"], true);
        MeteredUsage.Rows(await usage.QueryAsync($$"""
            "aggregations":[{{MeteredUsage.Aggregation(id, "n", "SUM")}}],
            "dimensionFilters":[{"meterId":"{{id}}","fieldCode":"size","values":["big"]}]
            """)).ShouldBe(["{'calls.n.SUM':21}"]);
        (await client.GetAsync("events?eventType=IngestValidationFailure")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Calculation_ThatFails_LeavesItsFieldOutAndTellsSo()
    {
        using var client = await shared.NewOrganizationAsync();
        var id = await MeterAsync(
            client, ("each", "MEASURE", "time / files"), ("double", "MEASURE", "each * 2"),
            ("more", "MEASURE", "time + 1"));
        var usage = new MeteredUsage(client);
        await usage.SubmitAsync(
            "m acme 2025-03-01 measure.time=10 measure.files=4", "m acme 2025-03-02 measure.time=7 measure.files=0");

        MeteredUsage.Rows(await usage.QueryAsync($"""
            "aggregations":[{MeteredUsage.Aggregation(id, "each", "MAX")},
            {MeteredUsage.Aggregation(id, "double", "COUNT")},{MeteredUsage.Aggregation(id, "more", "SUM")}]
            """)).ShouldBe(["{'m.each.MAX':2.5,'m.double.COUNT':1,'m.more.SUM':19}"]);
        var failure = (await client.GetAsync("events?eventType=IngestValidationFailure")).Data.ShouldHaveSingleItem();
        var details = failure["m3terEvent"]!["eventData"]!["newDto"]!;
        ((string)details["type"]!).ShouldBe("CalculationError");
        ((string)details["uid"]!).ShouldBe("u1");
        ((string)details["message"]!).ShouldBe("The measurement of the meter 'm' was stored without derived fields: "
            + "'each' at column 6: division by zero.");
        var totals = (await client.GetAsync("measurements/conservation")).Object["totals"]!;
        (totals["accepted"]!.ToString(), totals["stored"]!.ToString(), totals["failed"]!.ToString())
            .ShouldBe(("2", "2", "0"));
    }

    [Fact]
    public async Task Calculation_OfCustomFields_TakesTheAccountsValueOrTheOrganizations()
    {
        using var client = await shared.NewOrganizationAsync();
        (await client.PutAsync("customfields", """{"account":{"rate":2},"meter":{"unit":1},"version":1}"""))
            .Status.ShouldBe(HttpStatusCode.OK);
        var account = (await client.PostAsync("accounts", """
            {"name":"Acme","code":"acme","emailAddress":"a@example.com","customFields":{"rate":3}}
            """)).Object;
        var id = await MeterAsync(client, ("cost", "MEASURE", "time * account.rate * meter.customFields.unit"));
        var usage = new MeteredUsage(client);
        await usage.PostAsync(MeteredUsage.Measurement("m acme 2025-03-01 measure.time=10 measure.files=1", "a"));
        await usage.PostAsync(MeteredUsage.Measurement("m other 2025-03-02 measure.time=100 measure.files=1", "b"));
        (await SumsAsync(usage, id, "cost")).ShouldBe(["{'m.cost.SUM':230}"]);

        account["customFields"] = new JsonObject { ["rate"] = 5 };
        (await client.PutAsync($"accounts/{account["id"]}", account)).Status.ShouldBe(HttpStatusCode.OK);
        await usage.PostAsync(MeteredUsage.Measurement("m acme 2025-03-03 measure.time=1000 measure.files=1", "c"));
        (await SumsAsync(usage, id, "cost")).ShouldBe(["{'m.cost.SUM':5230}"]);

        (await client.PutAsync("customfields", """{"account":{"rate":7},"meter":{"unit":1},"version":2}"""))
            .Status.ShouldBe(HttpStatusCode.OK);
        await usage.PostAsync(MeteredUsage.Measurement("m other 2025-03-03 measure.time=10000 measure.files=1", "d"));
        (await SumsAsync(usage, id, "cost")).ShouldBe(["{'m.cost.SUM':75230}"]);
    }

    [Fact]
    public async Task Calculation_OfCustomFieldsOfAllKinds_TakesTheirOwnValuesFirst()
    {
        using var client = await shared.NewOrganizationAsync();
        (await client.PutAsync("customfields", """
            {"organization":{"a":2},"product":{"b":3,"c":5},"meter":{"d":7,"e":11},"version":1}
            """)).Status.ShouldBe(HttpStatusCode.OK);
        var product = (await client.PostAsync(
            "products", """{"name":"P","code":"p","customFields":{"b":13}}""")).Id;
        var meter = await client.PostAsync("meters", $$"""
            {"name":"m","code":"m","productId":"{{product}}","customFields":{"d":17},
              "dataFields":[{"category":"MEASURE","code":"n","name":"n","unit":"1"}],
              "derivedFields":[{"category":"MEASURE","code":"all","name":"all","unit":"1",
                "calculation":"n * organization.a * product.b * product.c * meter.d * meter.customFields.e"},
                {"category":"MEASURE","code":"age","name":"age","unit":"1",
                "calculation":"receivedAt > ts AND receivedAt.year >= 2026 ? 1 : 0"}]}
            """);
        meter.Status.ShouldBe(HttpStatusCode.OK, meter.Message);
        var usage = new MeteredUsage(client);
        await usage.SubmitAsync("m acme 2025-03-01 measure.n=1");

        (await SumsAsync(usage, meter.Id, "all")).ShouldBe(["{'m.all.SUM':24310}"], "2 x 13 x 5 x 17 x 11");
        (await SumsAsync(usage, meter.Id, "age")).ShouldBe(["{'m.age.SUM':1}"]);
    }

    [Fact]
    public async Task LookupTable_PublishedWhileLoading_CountsForWhatIsLoadedThen()
    {
        using var client = await shared.NewOrganizationAsync();
        var id = await MeterAsync(
            client, ("gross", "MEASURE", "time * Lookup.findNumber(\"rates\", \"rate\", 1, \"account\")"));
        var usage = new MeteredUsage(client);
        await usage.PostAsync(MeteredUsage.Measurement("m UK 2025-03-01 measure.time=1 measure.files=1", "a"));
        (await SumsAsync(usage, id, "gross")).ShouldBe(["{'m.gross.SUM':1}"]);

        var first = await LookupSetup.MakeAsync(client);
        (await first.PutAsync("""[{"country":"UK","rate":0.8},{"country":"FR"}]""")).Status.ShouldBe(HttpStatusCode.OK);
        await usage.PostAsync(MeteredUsage.Measurement("m UK 2025-03-01 measure.time=10 measure.files=1", "b"));
        (await SumsAsync(usage, id, "gross")).ShouldBe(["{'m.gross.SUM':11}"]);
        (await first.MoveAsync("PUBLISHED")).Status.ShouldBe(HttpStatusCode.OK);
        await usage.PostAsync(MeteredUsage.Measurement("m UK 2025-03-02 measure.time=100 measure.files=1", "c"));
        await usage.PostAsync(MeteredUsage.Measurement("m FR 2025-03-02 measure.time=1000 measure.files=1", "d"));
        (await SumsAsync(usage, id, "gross")).ShouldBe(["{'m.gross.SUM':1091}"]);

        var second = await first.NextAsync();
        (await second.PutAsync("""[{"country":"UK","rate":0.5}]""")).Status.ShouldBe(HttpStatusCode.OK);
        (await second.MoveAsync("PUBLISHED")).Status.ShouldBe(HttpStatusCode.OK);
        await usage.PostAsync(MeteredUsage.Measurement("m UK 2025-03-03 measure.time=10000 measure.files=1", "e"));
        (await SumsAsync(usage, id, "gross")).ShouldBe(["{'m.gross.SUM':6091}"]);

        (await second.MoveAsync("ARCHIVED")).Status.ShouldBe(HttpStatusCode.OK);
        await usage.PostAsync(MeteredUsage.Measurement("m UK 2025-03-03 measure.time=100000 measure.files=1", "f"));
        (await SumsAsync(usage, id, "gross")).ShouldBe(["{'m.gross.SUM':106091}"]);
    }

    [Fact]
    public async Task Calculation_ChangedLater_CountsForWhatIsLoadedThen()
    {
        using var client = await shared.NewOrganizationAsync();
        var id = await MeterAsync(client, ("cost", "MEASURE", "time * 2"));
        var usage = new MeteredUsage(client);
        await usage.PostAsync(MeteredUsage.Measurement("m acme 2025-03-01 measure.time=1 measure.files=1", "a"));
        var meter = (await client.GetAsync($"meters/{id}")).Object;
        (await SumsAsync(usage, id, "cost")).ShouldBe(["{'m.cost.SUM':2}"]);

        meter["derivedFields"]![0]!["calculation"] = "time * 3";
        (await client.PutAsync($"meters/{id}", meter)).Status.ShouldBe(HttpStatusCode.OK);
        await usage.PostAsync(MeteredUsage.Measurement("m acme 2025-03-01 measure.time=10 measure.files=1", "b"));

        (await SumsAsync(usage, id, "cost")).ShouldBe(["{'m.cost.SUM':32}"]);
    }

    [Fact]
    public async Task Field_WithACodeThatMeansSomethingElse_HidesIt()
    {
        using var client = await shared.NewOrganizationAsync();
        var id = (await client.PostAsync("meters", """
            {"name":"m","code":"m",
              "dataFields":[{"category":"MEASURE","code":"ts","name":"ts","unit":"1"},
                {"category":"WHO","code":"account","name":"account"}],
              "derivedFields":[
                {"category":"MEASURE","code":"next","name":"next","unit":"1","calculation":"ts + 1"},
                {"category":"WHO","code":"who","name":"who","calculation":"account"}]}
            """)).Id;
        var usage = new MeteredUsage(client);
        await usage.SubmitAsync(
            "m acme 2025-03-01 measure.ts=1 who.account=x", "m acme 2025-03-01 measure.ts=10 who.account=x");

        MeteredUsage.Rows(await usage.QueryAsync($$"""
            "aggregations":[{{MeteredUsage.Aggregation(id, "next", "SUM")}}],
            "groups":[{"groupType":"DIMENSION","meterId":"{{id}}","fieldCode":"who"}]
            """)).ShouldBe(["{'who':'x','m.next.SUM':13}"]);
    }

    [Fact]
    public async Task Calculation_OfTimes_IsInTheOrganizationsTimeZone()
    {
        using var client = await shared.NewOrganizationAsync();
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["timezone"] = "Asia/Tokyo";
        (await client.PutAsync("organizationconfig", config)).Status.ShouldBe(HttpStatusCode.OK);
        var id = await MeterAsync(
            client, ("hour", "MEASURE", "ts.hour"), ("lasted", "MEASURE", "ets.epochSeconds - ts.epochSeconds"),
            ("day", "WHAT", "DateTime.format(ts, \"EEE\")"));
        var usage = new MeteredUsage(client);
        var measurement = MeteredUsage.Measurement("m acme 2025-03-01T20:00:00Z measure.time=1 measure.files=1", "a");
        measurement["ets"] = "2025-03-01T20:01:30Z";
        await usage.PostAsync(measurement);

        MeteredUsage.Rows(await usage.QueryAsync($$"""
            "aggregations":[{{MeteredUsage.Aggregation(id, "hour", "SUM")}},
            {{MeteredUsage.Aggregation(id, "lasted", "SUM")}}],
            "groups":[{"groupType":"DIMENSION","meterId":"{{id}}","fieldCode":"day"}]
            """)).ShouldBe(["{'day':'Sun','m.hour.SUM':5,'m.lasted.SUM':90}"]);
    }

    [Theory]
    [InlineData("twice", """ "aggregation":"SUM" """, "", "42")]
    [InlineData(
        "n", """ "aggregation":"SUM","segmentedFields":["size"],"segments":[{"size":"big"},{"size":"small"}] """,
        ""","segment":{"size":"big"}""", "21")]
    public async Task BillJob_OfADerivedField_BillsIt(string target, string method, string segment, string total)
    {
        using var client = await shared.NewOrganizationAsync();
        var meter = (await client.PostAsync("meters", Meter)).Id;
        var aggregation = Sale.Terms("calls", $"\"meterId\":\"{meter}\",\"targetField\":\"{target}\",{method}");
        var aggregationId = (await client.PostAsync("aggregations", aggregation)).Id;
        var account = await Sale.MakeAsync(client, $"\"aggregationId\":\"{aggregationId}\"{segment}");
        await new MeteredUsage(client).SubmitAsync(
            "calls acme 2026-01-15 measure.n=21", "calls acme 2026-02-01 measure.n=99");

        var job = await Sale.BillAsync(client, account);

        (job["failures"]?.ToJsonString()).ShouldBeNull();
        var bill = (await client.GetAsync($"bills/{job["billIds"]![0]}")).Object;
        bill["lineItems"]!.AsArray().Single(line => (string)line!["lineItemType"]! == "USAGE")!["subtotal"]!.ToString()
            .ShouldBe(total);
    }

    [Fact]
    public async Task BillJob_OfACompoundAggregation_BillsItBySegment()
    {
        using var client = await shared.NewOrganizationAsync();
        (await client.PutAsync("customfields", """{"account":{"factor":1},"version":1}"""))
            .Status.ShouldBe(HttpStatusCode.OK);
        var rates = await LookupSetup.MakeAsync(client);
        await rates.PutAsync("""[{"country":"big","rate":0.5}]""");
        await rates.MoveAsync("PUBLISHED");
        var meter = (await client.PostAsync("meters", Meter)).Id;
        foreach (var terms in new[]
        {
            Sale.Terms("calls", $$"""
                "meterId":"{{meter}}","targetField":"n","aggregation":"SUM","segmentedFields":["size"],
                "segments":[{"size":"big"},{"size":"small"}]
                """),
            Sale.Terms("count", $"\"meterId\":\"{meter}\",\"targetField\":\"twice\",\"aggregation\":\"COUNT\""),
        })
            (await client.PostAsync("aggregations", terms)).Status.ShouldBe(HttpStatusCode.OK);
        var compound = await client.PostAsync("compoundaggregations", Sale.Terms("c", """
            "calculation":"(aggregation.calls * 10 + aggregation.count) * account.factor
              * Lookup.findNumber(\"rates\", \"rate\", 1, \"big\")"
            """.Replace("\n", " ", StringComparison.Ordinal)));
        compound.Status.ShouldBe(HttpStatusCode.OK, compound.Message);
        var account = await Sale.MakeAsync(
            client, $$""" "compoundAggregationId":"{{compound.Id}}","segment":{"size":"big"} """,
            ""","customFields":{"factor":3}""");
        await new MeteredUsage(client).SubmitAsync(
            "calls acme 2026-01-15 measure.n=21", "calls acme 2026-01-16 measure.n=1",
            "calls acme 2026-02-01 measure.n=99");

        var job = await Sale.BillAsync(client, account);

        (job["failures"]?.ToJsonString()).ShouldBeNull();
        var bill = (await client.GetAsync($"bills/{job["billIds"]![0]}")).Object;
        var line = bill["lineItems"]!.AsArray().Single(line => (string)line!["lineItemType"]! == "USAGE")!;
        // (21 x 10 + 2) x 3 x 0.5
        line["subtotal"]!.ToString().ShouldBe("318");
        ((string)line["compoundAggregationId"]!).ShouldBe(compound.Id);
        ((string)line["segment"]!["size"]!).ShouldBe("big");
    }

    /// <summary>Makes a meter <c>m</c> of the measures <c>time</c> and <c>files</c>, with derived fields.</summary>
    /// <returns>Its UUID.</returns>
    private static async Task<string> MeterAsync(
        ApiClient client, params (string Code, string Category, string Calculation)[] derived)
    {
        var answer = await client.PostAsync("meters", new JsonObject
        {
            ["name"] = "m",
            ["code"] = "m",
            ["dataFields"] = new JsonArray([.. new[] { "time", "files" }.Select(code => (JsonNode)new JsonObject
            {
                ["category"] = "MEASURE",
                ["code"] = code,
                ["name"] = code,
                ["unit"] = "1",
            })]),
            ["derivedFields"] = new JsonArray([.. derived.Select(field => (JsonNode)new JsonObject
            {
                ["category"] = field.Category,
                ["code"] = field.Code,
                ["name"] = field.Code,
                ["unit"] = field.Category == "MEASURE" ? "1" : null,
                ["calculation"] = field.Calculation,
            })]),
        });
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
        return answer.Id;
    }

    private static async Task<string[]> SumsAsync(MeteredUsage usage, string meterId, string field) =>
        MeteredUsage.Rows(await usage.QueryAsync($"""
            "aggregations":[{MeteredUsage.Aggregation(meterId, field, "SUM")}]
            """));
}
