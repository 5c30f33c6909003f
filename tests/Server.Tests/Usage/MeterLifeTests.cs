using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Meters are changed and deleted while there is usage of them (metering reference 6).</summary>
public sealed class MeterLifeTests(SqliteServer shared)
{
    private const string Number = """{"category":"MEASURE","code":"x","name":"X","unit":"1"}""";
    private const string Text = """{"category":"WHAT","code":"x","name":"X"}""";

    [Fact]
    public async Task Field_AddedRemovedAndAddedAgain_FindsItsFormerValues()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, id) = await MeterAsync(client);
        await PostAsync(usage, "a", "measure.n=1");

        await SetFieldsAsync(client, id, Number);
        await PostAsync(usage, "old style", "measure.n=2");
        await PostAsync(usage, "b", "measure.n=4 measure.x=10");
        (await RowsAsync(usage)).ShouldBe(["b 4 10", "a 1 null"]);
        (await ReadAsync(usage, id, "x", "SUM")).ShouldBe("10");

        await SetFieldsAsync(client, id);
        await PostAsync(usage, "c", "measure.n=8 measure.x=100");
        (await RowsAsync(usage)).ShouldBe(["c 8 -", "b 4 -", "a 1 -"]);
        (await ReadAsync(usage, id, "x", "SUM")).ShouldBe("400");

        await SetFieldsAsync(client, id, Number);
        await PostAsync(usage, "d", "measure.n=16 measure.x=1000");
        // What was sent while the meter did not have the field was not stored.
        (await RowsAsync(usage)).ShouldBe(["d 16 1000", "c 8 null", "b 4 10", "a 1 null"]);
        (await ReadAsync(usage, id, "x", "SUM")).ShouldBe("1010");
        (await ReadAsync(usage, id, "n", "SUM")).ShouldBe("29");
        (await client.GetAsync("events?eventName=ingest.validation.failure")).Data
            .ShouldHaveSingleItem().ToJsonString().ShouldContain("MissingField");
    }

    [Fact]
    public async Task Field_ChangedBetweenNumberAndText_IsReadByItsKindAndCountedByEither()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, id) = await MeterAsync(client);
        await SetFieldsAsync(client, id, Number);
        await PostAsync(usage, "a", "measure.n=1 measure.x=10");

        await SetFieldsAsync(client, id, Text);
        await PostAsync(usage, "b", "measure.n=1 measure.x=20"); // of the wrong kind now
        await PostAsync(usage, "c", "measure.n=1 what.x=ten");
        (await RowsAsync(usage)).ShouldBe(["c 1 \"ten\"", "a 1 null"]);
        (await ReadAsync(usage, id, "x", "COUNT", "DIMENSION")).ShouldBe("2");
        (await ReadAsync(usage, id, "x", "UNIQUE", "DIMENSION")).ShouldBe("1");
        MeteredUsage.Rows(await usage.QueryAsync(
            $$"""
            "aggregations":[{{MeteredUsage.Aggregation(id, "n", "SUM")}}],
            "groups":[{"groupType":"DIMENSION","meterId":"{{id}}","fieldCode":"x"}]
            """)).Order().ShouldBe(["{'x':'ten','calls.n.SUM':1}", "{'x':null,'calls.n.SUM':1}"]);

        await SetFieldsAsync(client, id, Number);
        await PostAsync(usage, "d", "measure.n=1 measure.x=0.5");
        (await RowsAsync(usage)).ShouldBe(["d 1 0.5", "c 1 null", "a 1 10"]);
        (await ReadAsync(usage, id, "x", "SUM")).ShouldBe("10.5");
        (await ReadAsync(usage, id, "x", "COUNT")).ShouldBe("3");
        (await ReadAsync(usage, id, "n", "SUM")).ShouldBe("3");
    }

    [Fact]
    public async Task Field_CountedByAnAggregation_MayChangeItsKindAndIsStillCounted()
    {
        using var client = await shared.NewOrganizationAsync();
        var (_, id) = await MeterAsync(client);
        await SetFieldsAsync(client, id, Number);
        await AggregateAsync(client, id, "x", "COUNT");

        await SetFieldsAsync(client, id, Text);
        (await PutAsync(client, id)).Faults.ShouldBe(["field_in_use dataFields"]);
    }

    [Theory]
    [InlineData("", "unknown_name derivedFields[0].calculation")] // removed
    [InlineData(Text, "type derivedFields[0].calculation")]
    public async Task Field_UsedByACalculation_CannotGoOrChangeItsKind(string changed, string fault)
    {
        using var client = await shared.NewOrganizationAsync();
        var (_, id) = await MeterAsync(client);
        await SetFieldsAsync(client, id, Number);
        var meter = (await client.GetAsync($"meters/{id}")).Object;
        meter["derivedFields"] = JsonNode.Parse(
            """[{"category":"MEASURE","code":"twice","name":"Twice","unit":"1","calculation":"x * 2"}]""");
        (await client.PutAsync($"meters/{id}", meter)).Status.ShouldBe(HttpStatusCode.OK);

        (await PutAsync(client, id, changed)).Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task Meter_WithAggregations_CannotBeDeleted()
    {
        using var client = await shared.NewOrganizationAsync();
        var (_, id) = await MeterAsync(client);
        var aggregation = await AggregateAsync(client, id, "n", "SUM");

        var refusal = await client.DeleteAsync($"meters/{id}");
        refusal.Status.ShouldBe(HttpStatusCode.Conflict);
        refusal.Message.ShouldContain(aggregation);
        (await client.DeleteAsync($"aggregations/{aggregation}")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.DeleteAsync($"meters/{id}")).Id.ShouldBe(id);
    }

    [Fact]
    public async Task Meter_Deleted_IsUnknownAtIngestAndItsUsageIsNotThatOfItsSuccessor()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, former) = await MeterAsync(client);
        await PostAsync(usage, "a", "measure.n=1");
        await RowsAsync(usage);
        (await client.DeleteAsync($"meters/{former}")).Status.ShouldBe(HttpStatusCode.OK);

        await PostAsync(usage, "b", "measure.n=2");
        (await RowsAsync(usage)).ShouldBeEmpty();
        (await client.GetAsync("events?eventName=ingest.validation.failure")).Data
            .ShouldHaveSingleItem().ToJsonString().ShouldContain("UndefinedMeter");
        (await usage.QueryAsync($"\"aggregations\":[{MeteredUsage.Aggregation(former, "n", "SUM")}]")).Status
            .ShouldBe(HttpStatusCode.BadRequest);

        var successor = await usage.MeterAsync("calls", "measure.n");
        await PostAsync(usage, "c", "measure.n=4");
        await PostAsync(usage, "a", "measure.n=8"); // the uid of the former meter's measurement
        (await RowsAsync(usage)).ShouldBe(["c 4 -"]);
        (await ReadAsync(usage, successor, "n", "SUM")).ShouldBe("4");
        // The former meter's usage is accounted for, and can still be voided.
        var totals = (await client.GetAsync("measurements/conservation?meter=calls")).Object["totals"]!;
        ((long)totals["stored"]!, (long)totals["failed"]!, (long)totals["duplicate"]!).ShouldBe((2, 1, 1));
        var asked = (await client.PostAsync(
            "measurements/voids", """{"uids":["a"],"reason":"its meter is gone"}""")).Object;
        while ((string?)asked["status"] != "DONE")
            asked = (await client.GetAsync($"measurements/voids/{asked["id"]}")).Object;
        ((long)asked["voided"]!).ShouldBe(1);
        (await ReadAsync(usage, successor, "n", "SUM")).ShouldBe("4");
    }

    [Fact]
    public async Task Meter_Recoded_KeepsItsUsageAndTakesOnlyItsNewCode()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, id) = await MeterAsync(client);
        await PostAsync(usage, "a", "measure.n=1");
        await RowsAsync(usage);
        var meter = (await client.GetAsync($"meters/{id}")).Object;
        meter["code"] = "requests";
        (await client.PutAsync($"meters/{id}", meter)).Status.ShouldBe(HttpStatusCode.OK);

        await PostAsync(usage, "b", "measure.n=2");
        await usage.PostAsync(MeteredUsage.Measurement("requests acme 2025-03-01 measure.n=4", "c"));

        (await ReadAsync(usage, id, "n", "SUM", code: "requests")).ShouldBe("5");
    }

    [Fact]
    public async Task Meter_Group_IsKeptAsSent()
    {
        const string group = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
        using var client = await shared.NewOrganizationAsync();
        var (usage, id) = await MeterAsync(client);
        var meter = (await client.GetAsync($"meters/{id}")).Object;
        meter["groupId"] = group;

        ((string?)(await client.PutAsync($"meters/{id}", meter)).Object["groupId"]).ShouldBe(group);
        ((string?)(await client.GetAsync($"meters/{id}")).Object["groupId"]).ShouldBe(group);
        await PostAsync(usage, "a", "measure.n=1");
        (await RowsAsync(usage)).ShouldBe(["a 1 -"]);
    }

    private static async Task<(MeteredUsage Usage, string Id)> MeterAsync(ApiClient client)
    {
        var usage = new MeteredUsage(client);
        return (usage, await usage.MeterAsync("calls", "measure.n"));
    }

    // Besides the field n.
    private static async Task SetFieldsAsync(ApiClient client, string id, string field = "") =>
        (await PutAsync(client, id, field)).Status.ShouldBe(HttpStatusCode.OK);

    private static async Task<ApiAnswer> PutAsync(ApiClient client, string id, string field = "")
    {
        var meter = (await client.GetAsync($"meters/{id}")).Object;
        var fields = meter["dataFields"]!.AsArray();
        while (fields.Count > 1)
            fields.RemoveAt(1);
        if (field.Length > 0)
            fields.Add(JsonNode.Parse(field));
        return await client.PutAsync($"meters/{id}", meter);
    }

    private static async Task<string> AggregateAsync(ApiClient client, string meter, string field, string method) =>
        (await client.PostAsync("aggregations", $$"""
            {"name":"A","code":"a","meterId":"{{meter}}","targetField":"{{field}}","aggregation":"{{method}}",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call"}
            """)).Id;

    private static async Task PostAsync(MeteredUsage usage, string uid, string fields) =>
        (await usage.PostAsync(MeteredUsage.Measurement($"calls acme 2025-03-01 {fields}", uid)))
            .Status.ShouldBe(HttpStatusCode.OK);

    // Uid, n and x of each measurement, the latest first; a hyphen where the row has no such member.
    private static async Task<string[]> RowsAsync(MeteredUsage usage) =>
    [
        .. (await usage.QueryAsync("\"limit\":10")).Data.Select(row =>
            $"{row["uid"]} {row["n"]?.ToJsonString()} "
            + (row.TryGetPropertyValue("x", out var x) ? x?.ToJsonString() ?? "null" : "-")),
    ];

    private static async Task<string> ReadAsync(
        MeteredUsage usage, string meter, string field, string function, string type = "MEASURE", string code = "calls")
    {
        var answer = await usage.QueryAsync(
            $"\"aggregations\":[{MeteredUsage.Aggregation(meter, field, function, type)}]");
        return answer.Status == HttpStatusCode.OK
            ? answer.Data.ShouldHaveSingleItem()[$"{code}.{field}.{function}"]!.ToJsonString()
            : $"{(int)answer.Status}";
    }
}
