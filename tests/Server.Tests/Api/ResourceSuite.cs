using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>What every kind of resource does, over HTTP and on both engines.</summary>
public abstract class ResourceSuite(SharedServer server)
{
    public static TheoryData<string> Kinds =>
        [.. AllKinds.Catalog.All.Where(
            kind => kind is { IsInternal: false, IsSingleton: false }).Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_Life_FollowsTheRules(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var body = await Samples.MakeAsync(client, kind, "a");
        var path = Lists.Path(kind, body);

        var created = (await client.PostAsync(path, body)).Object;
        var id = (string)created["id"]!;
        ((long)created["version"]!).ShouldBe(1);
        foreach (var (name, value) in body)
            JsonNode.DeepEquals(created[name], value).ShouldBeTrue($"{name}: {created[name]?.ToJsonString()}");
        (await client.GetAsync($"{path}/{id}")).Object.ToJsonString().ShouldBe(created.ToJsonString());
        var query = AllKinds.Catalog.Of(kind).HasIdsFilter ? $"ids={id},x" : Lists.Query(kind, body);
        (await client.GetAsync($"{path}?{query}")).Data.Single(item => (string?)item["id"] == id).ToJsonString()
            .ShouldBe(created.ToJsonString());

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
        using var client = await server.NewOrganizationAsync();
        var definition = AllKinds.Catalog.Of(kind);
        var body = await Samples.MakeAsync(client, kind, "a");

        foreach (var member in definition.Shape.Members.Where(member => member.IsRequired))
        {
            foreach (var wrong in new JsonNode?[] { null, new JsonObject { ["x"] = new JsonArray() } })
            {
                var answer = await client.PostAsync(Lists.Path(kind, body), With(body, member.Name, wrong));
                answer.Status.ShouldBe(HttpStatusCode.BadRequest, member.Name);
                Paths(answer).ShouldContain(member.Name);
            }
        }
        (await client.GetAsync($"{Lists.Path(kind, body)}?{Lists.Query(kind, body)}")).Data.Count(IsNotUsd).ShouldBe(0);
    }

    [Fact]
    public async Task Update_OfOneVersionFromManySides_OneWins()
    {
        using var client = await server.NewOrganizationAsync();
        var id = await MakeProductAsync(client, "p");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => client.PutAsync(
            $"products/{id}", new JsonObject { ["name"] = $"n{number}", ["code"] = "p", ["version"] = 1 })));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(59);
        var creates = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
            client.PostAsync("products", new JsonObject { ["name"] = "n", ["code"] = "same" })));
        creates.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        creates.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(29);
    }

    [Fact]
    public async Task Singletons_ReadAndUpdated_KeepTheirValues()
    {
        using var client = await server.NewOrganizationAsync();
        foreach (var path in new[] { "organizationconfig", "customfields" })
        {
            var current = (await client.GetAsync(path)).Object;
            ((long)(await client.PutAsync(path, current)).Object["version"]!).ShouldBe(2);
        }
        var config = (await client.GetAsync("organizationconfig")).Object;
        string.Join(' ', new[] { "timezone", "dayEpoch", "weekEpoch", "monthEpoch", "yearEpoch" }
            .Select(member => (string?)config[member])).ShouldBe("UTC 2022-01-01 2022-01-04 2022-01-01 2022-01-01");
        var answer = await client.PutAsync("organizationconfig", With(config, "timezone", "Mars/Olympus"));
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

public sealed class SqliteResourceTests(SqliteServer server) : ResourceSuite(server);

public sealed class PostgresResourceTests(PostgresServer server) : ResourceSuite(server);
