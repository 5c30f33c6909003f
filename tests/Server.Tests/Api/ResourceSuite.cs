using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Resources;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>What every kind of resource does, over HTTP and on both engines.</summary>
public abstract class ResourceSuite(Engine engine)
{
    public static TheoryData<string> Kinds =>
        [.. ResourceCatalog.All.Where(
            kind => kind is { IsInternal: false, IsSingleton: false }).Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_Life_FollowsTheRules(string kind)
    {
        await using var server = await ApiServer.StartAsync(engine);
        var client = server.Client;
        var path = ResourceCatalog.Of(kind).Path;
        var body = await Samples.MakeAsync(client, kind, "a");

        var created = (await client.PostAsync(path, body)).Object;
        var id = (string)created["id"]!;
        ((long)created["version"]!).ShouldBe(1);
        foreach (var (name, value) in body)
            JsonNode.DeepEquals(created[name], value).ShouldBeTrue($"{name}: {created[name]?.ToJsonString()}");
        (await client.GetAsync($"{path}/{id}")).Object.ToJsonString().ShouldBe(created.ToJsonString());
        (await client.GetAsync($"{path}?ids={id},x")).Data.Single().ToJsonString().ShouldBe(created.ToJsonString());

        var stale = await client.PutAsync($"{path}/{id}", With(body, "version", 7));
        stale.Status.ShouldBe(HttpStatusCode.Conflict);
        stale.Headers.GetValues("x-should-retry").ShouldBe(["false"]);
        (await client.PutAsync($"{path}/{id}", body)).Status.ShouldBe(HttpStatusCode.BadRequest);
        var updated = (await client.PutAsync($"{path}/{id}", With(body, "version", 1))).Object;
        ((long)updated["version"]!).ShouldBe(2);
        updated["dtCreated"]!.ToJsonString().ShouldBe(created["dtCreated"]!.ToJsonString());

        (await client.DeleteAsync($"{path}/{id}")).Object.ToJsonString().ShouldBe(updated.ToJsonString());
        (await client.GetAsync($"{path}/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_RequiredMemberMissingOrOfTheWrongType_IsRefusedByName(string kind)
    {
        await using var server = await ApiServer.StartAsync(engine);
        var definition = ResourceCatalog.Of(kind);
        var body = await Samples.MakeAsync(server.Client, kind, "a");

        foreach (var member in definition.Shape.Members.Where(member => member.IsRequired))
        {
            foreach (var wrong in new JsonNode?[] { null, new JsonObject { ["x"] = new JsonArray() } })
            {
                var answer = await server.Client.PostAsync(definition.Path, With(body, member.Name, wrong));
                answer.Status.ShouldBe(HttpStatusCode.BadRequest, member.Name);
                Paths(answer).ShouldContain(member.Name);
            }
        }
        (await server.Client.GetAsync(definition.Path)).Data.Count(IsNotUsd).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_TextAtAndPastItsLimit_IsAcceptedAndRefused(string kind)
    {
        await using var server = await ApiServer.StartAsync(engine);
        var definition = ResourceCatalog.Of(kind);
        var body = await Samples.MakeAsync(server.Client, kind, "a");
        var bounded = definition.Shape.Members.Where(member =>
            member is { IsServerSet: false, Shape: TextShape { Maximum: > 36, Choices: null } }
            // One names a field of the meter, the other is for a method that is not offered yet.
            && member.Name is not ("targetField" or "customSql"));

        foreach (var member in bounded)
        {
            var maximum = ((TextShape)member.Shape).Maximum!.Value;
            var past = await server.Client.PostAsync(
                definition.Path, With(body, member.Name, new string('x', maximum + 1)));
            past.Status.ShouldBe(HttpStatusCode.BadRequest, member.Name);
            Paths(past).ShouldContain(member.Name);
            var at = await server.Client.PostAsync(definition.Path, With(body, member.Name, new string('x', maximum)));
            var kept = (string)at.Object[member.Name]!;
            kept.Length.ShouldBe(maximum);
            await server.Client.DeleteAsync($"{definition.Path}/{at.Id}");
        }
    }

    [Fact]
    public async Task List_EntitiesAddedBetweenPages_HasNoGapAndNoRepeat()
    {
        await using var server = await ApiServer.StartAsync(engine);
        var made = new List<string>();
        for (var number = 0; number < 11; number++)
            made.Add(await MakeProductAsync(server.Client, $"p{number}"));
        var seen = new List<string>();
        string? token = null;
        do
        {
            var page =
                await server.Client.GetAsync($"products?pageSize=3{(token is null ? "" : $"&nextToken={token}")}");
            seen.AddRange(page.Data.Select(item => (string)item["id"]!));
            token = (string?)page.Object["nextToken"];
            await MakeProductAsync(server.Client, $"late{seen.Count}");
        }
        while (token is not null);

        seen.ShouldBe(made.AsEnumerable().Reverse());
        (await server.Client.GetAsync("products?pageSize=201")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await server.Client.GetAsync("products?nextToken=AAAAAAAAAAAAAAAAAAAAAA")).Status
            .ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Update_OfOneVersionFromManySides_OneWins()
    {
        await using var server = await ApiServer.StartAsync(engine);
        var id = await MakeProductAsync(server.Client, "p");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => server.Client.PutAsync(
            $"products/{id}", new JsonObject { ["name"] = $"n{number}", ["code"] = "p", ["version"] = 1 })));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(59);
        var creates = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
            server.Client.PostAsync("products", new JsonObject { ["name"] = "n", ["code"] = "same" })));
        creates.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        creates.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(29);
    }

    [Fact]
    public async Task Reference_UnknownOrInUse_IsRefused()
    {
        await using var server = await ApiServer.StartAsync(engine);
        var body = await Samples.MakeAsync(server.Client, "Plan", "a");
        var product = (string)(await server.Client.GetAsync("products")).Data[0]["id"]!;
        (await server.Client.DeleteAsync($"products/{product}")).Status.ShouldBe(HttpStatusCode.Conflict);

        var unknown = await server.Client.PostAsync("plans", With(body, "planTemplateId", Guid.NewGuid().ToString()));

        unknown.Status.ShouldBe(HttpStatusCode.BadRequest);
        Paths(unknown).ShouldContain("planTemplateId");
    }

    [Fact]
    public async Task Singletons_ReadAndUpdated_KeepTheirValues()
    {
        await using var server = await ApiServer.StartAsync(engine);
        foreach (var path in new[] { "organizationconfig", "customfields" })
        {
            var current = (await server.Client.GetAsync(path)).Object;
            ((long)(await server.Client.PutAsync(path, current)).Object["version"]!).ShouldBe(2);
        }
        var config = (await server.Client.GetAsync("organizationconfig")).Object;
        var answer = await server.Client.PutAsync("organizationconfig", With(config, "timezone", "Mars/Olympus"));
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        Paths(answer).ShouldBe(["timezone"]);
    }

    private static bool IsNotUsd(JsonObject item) => (string?)item["code"] != "USD" && (string?)item["name"] == "a";

    private static async Task<string> MakeProductAsync(ApiClient client, string code) =>
        (await client.PostAsync("products", new JsonObject { ["name"] = code, ["code"] = code })).Id;

    private static JsonObject With(JsonObject body, string member, JsonNode? value)
    {
        var copy = body.DeepClone().AsObject();
        copy[member] = value;
        return copy;
    }

    private static IEnumerable<string> Paths(ApiAnswer answer) =>
        answer.Json!["errors"]!.AsArray().Select(issue => (string)issue!["path"]!);
}

public sealed class SqliteResourceTests() : ResourceSuite(Engine.Sqlite);

public sealed class PostgresResourceTests() : ResourceSuite(Engine.PostgreSql);
