using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>Two organizations in one store never see, name, change or clash with each other's data.</summary>
public abstract class OrganizationSuite(SharedServer server)
{
    public static TheoryData<string> Kinds => FieldSuite.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Organization_OfAnother_SeesAndChangesNothing(string kind)
    {
        using var owner = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        var definition = AllKinds.Catalog.Of(kind);
        // Both hold entities of the same codes: they do not clash.
        var entity = await Entity.MakeAsync(owner, kind);
        var own = await Entity.MakeAsync(stranger, kind);
        var id = (string)entity.Stored["id"]!;
        var (theirs, ours) = (Lists.Path(kind, entity.Body), Lists.Path(kind, own.Body));
        var path = definition.IsSingleton ? theirs : $"{theirs}/{id}";
        var body = entity.Stored.DeepClone().AsObject();
        body["name"] = "Taken over";

        // By the stranger's own organization, the entity does not exist.
        if (!definition.IsSingleton)
        {
            (await stranger.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
            (await stranger.PutAsync(path, own.Stored)).Status.ShouldBe(HttpStatusCode.NotFound);
            (await stranger.DeleteAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
            if (definition.HasIdsFilter)
                (await stranger.GetAsync($"{ours}?ids={id}")).Data.ShouldBeEmpty();
            Ids(await stranger.GetAsync($"{ours}?{Lists.Query(kind, entity.Body)}")).ShouldNotContain(id);
            Ids(await stranger.GetAsync($"{ours}?{Lists.Query(kind, own.Body)}"))
                .ShouldContain((string)own.Stored["id"]!);
        }
        // By the owner's organization, the stranger is turned away.
        var foreign = $"../{owner.OrganizationId}/{path}";
        (await stranger.GetAsync(foreign)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await stranger.PutAsync(foreign, body)).Status.ShouldBe(HttpStatusCode.Forbidden);
        if (!definition.IsSingleton)
        {
            (await stranger.GetAsync($"../{owner.OrganizationId}/{theirs}")).Status
                .ShouldBe(HttpStatusCode.Forbidden);
            (await stranger.DeleteAsync(foreign)).Status.ShouldBe(HttpStatusCode.Forbidden);
            (await stranger.PostAsync($"../{owner.OrganizationId}/{theirs}", entity.Body)).Status
                .ShouldBe(HttpStatusCode.Forbidden);
        }

        (await entity.ReadAsync()).ToJsonString().ShouldBe(entity.Stored.ToJsonString());
        (await own.ReadAsync()).ToJsonString().ShouldBe(own.Stored.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(ReferenceSuite.References), MemberType = typeof(ReferenceSuite))]
    public async Task Reference_ToAnotherOrganization_IsUnknown(string kind, string member)
    {
        var reference = AllKinds.Catalog.Of(kind).References.First(candidate => candidate.Member == member);
        if (reference.TargetColumn != "id" || ReferenceSuite.IsByPath(kind, member)
            || (kind, member) is ("Pricing", "compoundAggregationId"))
            return;
        using var owner = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        var (theirs, _) = await ReferenceSuite.MakeAsync(owner, kind, member);
        var (entity, _) = await ReferenceSuite.MakeAsync(stranger, kind, member);

        foreach (var place in ReferenceSuite.PlacesOf(kind, entity, reference))
            await entity.ShouldRefuseAsync(place, place.Read(theirs.Stored), "unknown_reference");
    }

    [Fact]
    public async Task AccountSearchAndChildren_OfAnotherOrganization_AreApart()
    {
        using var owner = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        var child = (await Entity.MakeAsync(owner, "Account")).Stored;

        (await stranger.GetAsync("accounts/search?searchQuery=code:child")).Data.ShouldBeEmpty();
        (await stranger.GetAsync($"accounts/{child["parentAccountId"]}/children")).Status
            .ShouldBe(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"../{owner.OrganizationId}/accounts/search")).Status
            .ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task PageToken_OfAnotherOrganization_IsRefused()
    {
        using var owner = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        foreach (var code in new[] { "a", "b" })
            await owner.PostAsync("products", new JsonObject { ["name"] = code, ["code"] = code });
        var token = (string)(await owner.GetAsync("products?pageSize=1")).Object["nextToken"]!;

        (await stranger.GetAsync($"products?nextToken={token}")).Faults.ShouldBe(["token nextToken"]);
        (await owner.GetAsync($"accounts?nextToken={token}")).Faults.ShouldBe(["token nextToken"]);
    }

    private static List<string> Ids(ApiAnswer page) => [.. page.Data.Select(item => (string)item["id"]!)];
}

public sealed class SqliteOrganizationTests(SqliteServer server) : OrganizationSuite(server);

public sealed class PostgresOrganizationTests(PostgresServer server) : OrganizationSuite(server);
