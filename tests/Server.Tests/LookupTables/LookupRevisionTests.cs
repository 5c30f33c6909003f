using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Rules;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>Revisions of lookup tables: their rules, their life, and what calculations see of them.</summary>
public sealed class LookupRevisionTests(SqliteServer server)
{
    [Theory]
    [InlineData("""{"fields":[{"name":"a","type":"STRING"}]}""", "count", "fields")]
    [InlineData("""{"fields":[{"type":"STRING"},{"name":"tier","type":"STRING"}]}""", "required", "fields[0].name")]
    [InlineData("""{"fields":[{"name":"tier"},{"name":"b","type":"STRING"}]}""", "required", "fields[0].type")]
    [InlineData("""{"fields":[{"name":"tier","type":"STRING"},{"name":"tier","type":"NUMBER"}]}""", "duplicate",
        "fields[1].name")]
    [InlineData("""{"keys":["tier","nothing"]}""", "unknown_field", "keys[1]")]
    [InlineData("""{"keys":["tier","tier"]}""", "duplicate", "keys[1]")]
    [InlineData("""{"keys":["tier","country","rate"]}""", "count", "keys")]
    public Task Revision_RuleBroken_IsRefused(string change, string code, string path) =>
        RuleTable.RefusesAsync(server, "LookupTableRevision", change, code, path);

    [Fact]
    public async Task Revision_Published_ArchivesTheOneBefore()
    {
        using var client = await server.NewOrganizationAsync();
        var first = await LookupSetup.MakeAsync(client);
        var second = await first.NextAsync();

        ((string?)(await first.MoveAsync("PUBLISHED")).Object["status"]).ShouldBe("PUBLISHED");
        ((string?)(await ActiveAsync(client, first))["id"]).ShouldBe(first.RevisionId);
        await second.PutAsync("""[{"country":"UK","rate":0.8}]""");
        (await second.MoveAsync("PUBLISHED")).Status.ShouldBe(HttpStatusCode.OK);

        (await StatusesAsync(client, first)).ShouldBe(["PUBLISHED", "ARCHIVED"]);
        var active = await ActiveAsync(client, first);
        ((string?)active["id"]).ShouldBe(second.RevisionId);
        ((int)active["itemCount"]!).ShouldBe(1);
        ((string?)(await client.GetAsync($"{first.Data}/jobs")).Data.Single()["type"]).ShouldBe("ARCHIVE");
        (await second.MoveAsync("ARCHIVED")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync($"lookuptables/{first.TableId}?additional=activeRevision")).Object
            .ContainsKey("activeRevision").ShouldBeFalse();
    }

    [Theory]
    [InlineData("DRAFT", "DRAFT")]
    [InlineData("DRAFT", "ARCHIVED")]
    [InlineData("PUBLISHED", "DRAFT")]
    [InlineData("PUBLISHED", "PUBLISHED")]
    [InlineData("ARCHIVED", "PUBLISHED")]
    [InlineData("ARCHIVED", "DRAFT")]
    public async Task Revision_OtherMoves_AreRefused(string from, string to)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        if (from != "DRAFT")
            await revision.MoveAsync("PUBLISHED");
        if (from == "ARCHIVED")
            await revision.MoveAsync("ARCHIVED");

        var moved = await revision.MoveAsync(to);

        moved.Status.ShouldBe(HttpStatusCode.Conflict);
        moved.Faults.ShouldBe(["status status"]);
        (await StatusesAsync(client, revision)).ShouldBe([from]);
    }

    [Theory]
    [InlineData("""{"version":1}""", HttpStatusCode.BadRequest, "required status")]
    [InlineData("""{"status":"PUBLISHED"}""", HttpStatusCode.BadRequest, "required version")]
    [InlineData("""{"status":"PUBLISHED","version":7}""", HttpStatusCode.Conflict, "stale_version version")]
    [InlineData("""{"status":"LOST","version":1}""", HttpStatusCode.BadRequest, "unknown_value status")]
    public async Task Status_AskedForWrongly_IsRefused(string body, HttpStatusCode status, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);

        var answer = await client.PutAsync($"{revision.Revision}/status", body);

        answer.Status.ShouldBe(status);
        answer.Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task Revision_SchemaWithDataOrPublished_CannotChange()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var other = $$"""{"name":"Renamed","version":{0},{{LookupSetup.ByTierAndCountry}}}""";
        (await ReplaceAsync(client, revision, other)).Status.ShouldBe(HttpStatusCode.OK);
        var renamed = $$"""{"name":"Again","version":{0},{{LookupSetup.ByTierAndCountry}}}""";
        var back = $$"""{"name":"Back","version":{0},{{LookupSetup.ByCountry}}}""";
        await revision.PutAsync("""[{"country":"UK","tier":1}]""");

        (await ReplaceAsync(client, revision, back)).Faults.ShouldBe(["immutable fields"]);
        (await ReplaceAsync(client, revision, renamed)).Status.ShouldBe(HttpStatusCode.OK);
        await client.DeleteAsync(revision.Data);
        await revision.MoveAsync("PUBLISHED");
        (await ReplaceAsync(client, revision, back)).Faults.ShouldBe(["immutable fields"]);
        (await ReplaceAsync(client, revision, renamed)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revision_Published_IsNotDeletedAndATableGoesWithAllOfIt()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        await revision.PutAsync("""[{"country":"UK","rate":0.8}]""");
        await revision.MoveAsync("PUBLISHED");
        var draft = await revision.NextAsync();

        (await client.DeleteAsync(revision.Revision)).Faults.ShouldBe(["published "]);
        (await client.DeleteAsync(draft.Revision)).Status.ShouldBe(HttpStatusCode.OK);
        (await client.DeleteAsync($"lookuptables/{revision.TableId}")).Status.ShouldBe(HttpStatusCode.OK);

        (await client.GetAsync(revision.Revision)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync(revision.Data)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync(revision.Revisions)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Revision_UnderAnotherTable_IsNotThere()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var other = await LookupSetup.MakeAsync(client, code: "other");
        var elsewhere = $"{other.Revisions}/{revision.RevisionId}";
        var body = $$"""{"name":"N","version":1,{{LookupSetup.ByCountry}}}""";

        (await client.GetAsync(elsewhere)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsync(elsewhere, body)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync(elsewhere)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync($"{elsewhere}/data")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync(other.Revisions)).Data.Count.ShouldBe(1);
        (await client.PostAsync("lookuptables/nothing/revisions", body)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync("lookuptables?additional=everything")).Faults.ShouldBe(["unknown_value additional"]);
    }

    [Theory]
    [InlineData("Lookup.findNumber(\\\"rates\\\", \\\"rate\\\", 1, \\\"region\\\")", null)]
    [InlineData("Lookup.findNumber(\\\"rates\\\", \\\"rate\\\", 1, region, region)", "arguments")]
    [InlineData("Lookup.findNumber(\\\"rates\\\", \\\"price\\\", 1, region)", "unknown_name")]
    [InlineData("Lookup.findNumber(\\\"rates\\\", \\\"zone\\\", 1, region)", "type")]
    [InlineData("Lookup.findNumber(\\\"not there\\\", \\\"zone\\\", 1, region, region)", null)]
    public async Task Calculation_NamingALookupTable_IsHeldToItsPublishedRevision(string calculation, string? code)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var meter = $$"""
            {"name":"M","code":"{0}","dataFields":[{"category":"WHERE","code":"region","name":"R"}],"derivedFields":[
              {"category":"MEASURE","code":"d","name":"D","unit":"1","calculation":"{{calculation}}"}]}
            """;

        (await client.PostAsync("meters", meter.Replace("{0}", "a", StringComparison.Ordinal))).Status
            .ShouldBe(HttpStatusCode.OK);
        await revision.MoveAsync("PUBLISHED");
        var answer = await client.PostAsync("meters", meter.Replace("{0}", "b", StringComparison.Ordinal));

        answer.Faults.ShouldBe(code is null ? [] : [$"{code} derivedFields[0].calculation"]);
    }

    private static async Task<ApiAnswer> ReplaceAsync(ApiClient client, LookupSetup revision, string body)
    {
        var version = (await client.GetAsync(revision.Revision)).Object["version"]!.ToJsonString();
        return await client.PutAsync(revision.Revision, body.Replace("{0}", version, StringComparison.Ordinal));
    }

    private static async Task<JsonObject> ActiveAsync(ApiClient client, LookupSetup table)
    {
        var listed = (await client.GetAsync("lookuptables?codes=rates&additional=activeRevision")).Data.Single();
        var read = (await client.GetAsync($"lookuptables/{table.TableId}?additional=activeRevision")).Object;
        listed.ToJsonString().ShouldBe(read.ToJsonString());
        (await client.GetAsync($"lookuptables/{table.TableId}")).Object.ContainsKey("activeRevision").ShouldBeFalse();
        return read["activeRevision"]!.AsObject();
    }

    private static async Task<string[]> StatusesAsync(ApiClient client, LookupSetup table) =>
        [.. (await client.GetAsync(table.Revisions)).Data.Select(revision => (string)revision["status"]!)];
}
