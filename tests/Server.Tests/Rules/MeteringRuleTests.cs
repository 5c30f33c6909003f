using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of meters and aggregations that their shape does not tell.</summary>
public sealed class MeteringRuleTests(SqliteServer server)
{
    private const string NewId = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";

    [Theory]
    [InlineData("""{"groupId":"short"}""", "length", "groupId")]
    [InlineData("""{"derivedFields":null}""", "required", "derivedFields")]
    [InlineData("""
        {"derivedFields":[{"category":"MEASURE","code":"d","name":"D","unit":"1","calculation":"count*"}]}
        """, "syntax", "derivedFields[0].calculation")]
    [InlineData("""
        {"derivedFields":[{"category":"MEASURE","code":"d","name":"D","unit":"1","calculation":"counts*2"}]}
        """, "unknown_name", "derivedFields[0].calculation")]
    [InlineData("""
        {"derivedFields":[{"category":"MEASURE","code":"d","name":"D","unit":"1","calculation":"region*2"}]}
        """, "type", "derivedFields[0].calculation")]
    [InlineData("""
        {"derivedFields":[{"category":"MEASURE","code":"d","name":"D","unit":"1","calculation":"d+1"}]}
        """, "cycle", "derivedFields[0].calculation")]
    [InlineData("""
        {"derivedFields":[{"category":"MEASURE","code":"count","name":"D","unit":"1","calculation":"1"}]}
        """, "duplicate", "derivedFields[0].code")]
    [InlineData("""
        {"derivedFields":[{"category":"MEASURE","code":"d","name":"D","calculation":"1"}]}
        """, "required", "derivedFields[0].unit")]
    [InlineData("""
        {"derivedFields":[{"category":"MEASURE","code":"d","name":"D","unit":"1"}]}
        """, "required", "derivedFields[0].calculation")]
    [InlineData("""{"dataFields":[]}""", "count", "dataFields")]
    [InlineData("""{"dataFields":[{"category":"MEASURE","code":"a","name":"A"}]}""", "required", "dataFields[0].unit")]
    [InlineData("""{"dataFields":[{"category":"INCOME","code":"a","name":"A"}]}""", "required", "dataFields[0].unit")]
    [InlineData("""{"dataFields":[{"category":"COST","code":"a","name":"A"}]}""", "required", "dataFields[0].unit")]
    [InlineData("""{"dataFields":[{"category":"WHO","code":"a"}]}""", "required", "dataFields[0].name")]
    [InlineData("""{"dataFields":[{"category":"WHO","name":"A"}]}""", "required", "dataFields[0].code")]
    [InlineData("""{"dataFields":[{"code":"a","name":"A"}]}""", "required", "dataFields[0].category")]
    [InlineData("""
        {"dataFields":[{"category":"WHO","code":"a","name":"A"},{"category":"WHAT","code":"a","name":"B"}]}
        """, "duplicate", "dataFields[1].code")]
    public Task Meter_RuleBroken_IsRefused(string change, string code, string path) =>
        RuleTable.RefusesAsync(server, "Meter", change, code, path);

    [Theory]
    [InlineData("""{"dataFields":[{"category":"WHO","code":"a","name":"A"}],"productId":null}""")]
    [InlineData("""
        {"dataFields":[{"category":"WHO","code":"a","name":"A"},{"category":"WHO","code":"A","name":"B"}]}
        """)]
    [InlineData("""{"code":"a code with inner blanks","version":99,"id":"mine","createdBy":"me","unheardOf":[1]}""")]
    public Task Meter_WithinItsRules_IsAccepted(string change) => RuleTable.AcceptsAsync(server, "Meter", change);

    [Fact]
    public async Task Meter_WithFifteenFields_IsCreated()
    {
        using var client = await server.NewOrganizationAsync();
        var meter = RuleTable.Changed(
            (await Entity.MakeAsync(client, "Meter")).Body, $$"""{"code":"wide","dataFields":[{{Fields(15)}}]}""");

        (await client.PostAsync("meters", meter)).Object["dataFields"]!.AsArray().Count.ShouldBe(15);
    }

    [Theory]
    [InlineData("count", "MEASURE", "dropped")]
    [InlineData("region", "WHERE", "dropped")]
    [InlineData("count", "WHAT", "changed")]
    [InlineData("region", "METADATA", "changed")]
    public async Task Meter_FieldThatAnAggregationUses_CannotGoOrChangeItsKind(
        string field, string category, string how)
    {
        using var client = await server.NewOrganizationAsync();
        var aggregation = await Entity.MakeAsync(client, "Aggregation");
        var path = $"meters/{aggregation.Body["meterId"]}";
        var meter = (await client.GetAsync(path)).Object;
        var before = meter.ToJsonString();
        var changed = meter["dataFields"]!.AsArray().Single(item => (string?)item!["code"] == field)!;
        changed[how == "dropped" ? "code" : "category"] = how == "dropped" ? "other" : category;

        var answer = await client.PutAsync(path, meter);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe(["field_in_use dataFields"]);
        answer.Message.ShouldContain($"'{field}'");
        (await client.GetAsync(path)).Object.ToJsonString().ShouldBe(before);
    }

    [Theory]
    [InlineData("region", "dropped")]
    [InlineData("region", "changed")]
    [InlineData("count", "dropped", "SELECT MAX(\"Count\") FROM measurements")]
    public async Task Meter_FieldThatAQueryUses_CannotGoOrChangeItsKind(
        string field, string how, string sql = "SELECT COUNT(DISTINCT Region) FROM measurements")
    {
        using var client = await server.NewOrganizationAsync();
        var meter = (await Entity.MakeAsync(client, "Meter")).Body;
        var fields =
            """
            [{"category":"MEASURE","code":"n","name":"N","unit":"1"},{"category":"MEASURE","code":"count","name":"C",
            "unit":"1"},{"category":"WHERE","code":"region","name":"R"}]
            """;
        meter = (await client.PostAsync("meters", RuleTable.Changed(
            meter, $$"""{"code":"queried","dataFields":{{fields}}}"""))).Object;
        (await client.PostAsync("aggregations", $$"""
            {"name":"A","code":"a","meterId":"{{meter["id"]}}","targetField":"n","aggregation":"CUSTOM_SQL",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call","customSql":{{JsonValue.Create(sql).ToJsonString()}}}
            """)).Status.ShouldBe(HttpStatusCode.OK);
        var path = $"meters/{meter["id"]}";
        var changed = meter["dataFields"]!.AsArray().Single(item => (string?)item!["code"] == field)!;
        if (how == "dropped")
            changed["code"] = "other";
        else
        {
            changed["category"] = "MEASURE";
            changed["unit"] = "1";
        }

        var answer = await client.PutAsync(path, meter);

        answer.Faults.ShouldBe(["field_in_use dataFields"]);
        answer.Message.ShouldContain($"'{field}'");
    }

    [Fact]
    public async Task Meter_WithAggregations_MayGainFieldsAndKeepsItsProduct()
    {
        using var client = await server.NewOrganizationAsync();
        var aggregation = await Entity.MakeAsync(client, "Aggregation");
        var path = $"meters/{aggregation.Body["meterId"]}";
        var meter = (await client.GetAsync(path)).Object;
        meter["dataFields"]!.AsArray().Add(JsonNode.Parse("""{"category":"WHO","code":"new","name":"New"}"""));
        var widened = (await client.PutAsync(path, meter)).Object;
        widened["productId"] = (await client.GetAsync("products")).Data[0]["id"]!.DeepClone();

        (await client.PutAsync(path, widened)).Faults.ShouldBe(["immutable productId"]);
    }

    [Theory]
    [InlineData("""{"aggregation":"CUSTOM_SQL","customSql":"DROP TABLE x"}""", "sql", "customSql")]
    [InlineData("""{"aggregation":"CUSTOM_SQL"}""", "required", "customSql")]
    [InlineData("""{"customSql":"SELECT 1"}""", "not_allowed", "customSql")]
    [InlineData("""{"aggregation":"UNIQUE"}""", "unusable_field", "targetField")]
    [InlineData("""{"targetField":"nothing"}""", "unusable_field", "targetField")]
    [InlineData("""{"targetField":"region"}""", "unusable_field", "targetField")]
    [InlineData("""{"aggregation":"MIN","targetField":"note"}""", "unusable_field", "targetField")]
    [InlineData("""{"aggregation":"MEAN","targetField":"note"}""", "unusable_field", "targetField")]
    [InlineData("""{"segments":null}""", "required", "segments")]
    [InlineData("""{"segments":[]}""", "required", "segments")]
    [InlineData("""{"segmentedFields":null}""", "required", "segmentedFields")]
    [InlineData("""{"segmentedFields":["nothing"],"segments":[{"nothing":"*"}]}""", "unusable_field",
        "segmentedFields")]
    [InlineData("""{"segmentedFields":["count"],"segments":[{"count":"1"}]}""", "unusable_field", "segmentedFields")]
    [InlineData("""{"segmentedFields":["note"],"segments":[{"note":"x"}]}""", "unusable_field", "segmentedFields")]
    [InlineData("""{"segmentedFields":["region","region"]}""", "duplicate", "segmentedFields")]
    [InlineData("""{"segments":[{"place":"eu"}]}""", "segment", "segments[0]")]
    [InlineData("""{"segments":[{"region":"eu"},{}]}""", "segment", "segments[1]")]
    [InlineData("""{"segments":[{"region":"eu","note":"x"}]}""", "segment", "segments[0]")]
    [InlineData("""{"segments":[{"region":"eu"},{"region":"us"},{"region":"eu"}]}""", "duplicate", "segments[2]")]
    [InlineData("""{"segments":[{"region":1}]}""", "type", "segments[0].region")]
    [InlineData("""{"meterId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "immutable", "meterId")]
    [InlineData("""{"meterId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "unknown_reference", "meterId")]
    [InlineData("""{"quantityPerUnit":0}""", "range", "quantityPerUnit")]
    [InlineData("""{"defaultValue":-1}""", "range", "defaultValue")]
    public Task Aggregation_RuleBroken_IsRefused(string change, string code, string path) =>
        RuleTable.RefusesAsync(server, "Aggregation", change, code, path);

    [Theory]
    [InlineData("""{"aggregation":"CUSTOM_SQL","customSql":"SELECT MAX(count) FROM measurements"}""")]
    [InlineData("""{"aggregation":"COUNT","targetField":"region"}""")]
    [InlineData("""{"aggregation":"UNIQUE","targetField":"note"}""")]
    [InlineData("""{"aggregation":"UNIQUE","targetField":"region"}""")]
    [InlineData("""{"segments":null,"segmentedFields":null}""")]
    [InlineData("""{"segments":[],"segmentedFields":[]}""")]
    [InlineData("""{"segments":[{"region":""}]}""")]
    [InlineData("""{"code":null}""")]
    public Task Aggregation_WithinItsRules_IsAccepted(string change) =>
        RuleTable.AcceptsAsync(server, "Aggregation", change);

    [Fact]
    public Task Aggregation_WithoutRounding_IsNotRounded() => RoundingIsAsync("NONE");

    [Fact]
    public async Task Aggregation_SegmentThatIsPriced_MustStay()
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = await Entity.MakeAsync(client, "Pricing");
        var path = $"aggregations/{pricing.Body["aggregationId"]}";
        var aggregation = (await client.GetAsync(path)).Object;
        aggregation["segments"] = JsonNode.Parse("""[{"region":"us"}]""");

        (await client.PutAsync(path, aggregation)).Faults.ShouldBe(["segment_in_use segments"]);
        aggregation["segments"] = JsonNode.Parse("""[{"region":"us"},{"region":"eu"}]""");
        (await client.PutAsync(path, aggregation)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Aggregation_WithAThousandSegmentsOfFiveFields_IsCreated()
    {
        using var client = await server.NewOrganizationAsync();
        var sample = (await Entity.MakeAsync(client, "Aggregation")).Body;
        var meter = (await client.GetAsync($"meters/{sample["meterId"]}")).Object;
        meter["code"] = "wide";
        meter["dataFields"] = JsonNode.Parse($"[{Fields(15)}]");
        string[] fields = ["f1", "f2", "f3", "f4", "f5"];
        sample["code"] = "wide";
        sample["meterId"] = (await client.PostAsync("meters", meter)).Id;
        sample["targetField"] = "f0";
        sample["segmentedFields"] = new JsonArray([.. fields.Select(field => JsonValue.Create(field))]);
        sample["segments"] = new JsonArray([.. Enumerable.Range(0, 1000).Select(number => new JsonObject(
            fields.Select(field => KeyValuePair.Create(field, (JsonNode?)$"{number}"))))]);

        (await client.PostAsync("aggregations", sample)).Object["segments"]!.AsArray().Count.ShouldBe(1000);
    }

    [Fact]
    public async Task Codes_Taken_AreRefusedAndAbsentOnesAreNot()
    {
        await RuleTable.RefusesToCreateAsync(server, "Product", "{}", "taken", "code", HttpStatusCode.Conflict);
        await RuleTable.RefusesToCreateAsync(server, "Meter", "{}", "taken", "code", HttpStatusCode.Conflict);
        await RuleTable.RefusesToCreateAsync(server, "Aggregation", "{}", "taken", "code", HttpStatusCode.Conflict);
        await RuleTable.RefusesToCreateAsync(server, "Aggregation", """{"code":""}""", "form", "code");
        using var client = await server.NewOrganizationAsync();
        var sample = RuleTable.Changed((await Entity.MakeAsync(client, "Aggregation")).Body, """{"code":null}""");
        await client.PostAsync("aggregations", sample);
        (await client.PostAsync("aggregations", sample)).Status.ShouldBe(HttpStatusCode.OK);
        sample["meterId"] = NewId;
        (await client.PostAsync("aggregations", sample)).Faults.ShouldBe(["unknown_reference meterId"]);
    }

    private async Task RoundingIsAsync(string expected)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "Aggregation");

        var answer = await entity.ReplaceAsync(RuleTable.Changed(entity.Body, """{"rounding":null}"""));

        ((string?)answer.Object["rounding"]).ShouldBe(expected);
    }

    private static string Fields(int count) => string.Join(',', Enumerable.Range(0, count).Select(number =>
        $$"""{"category":"{{(number == 0 ? "MEASURE" : "WHAT")}}","code":"f{{number}}","name":"F","unit":"1"}"""));
}
