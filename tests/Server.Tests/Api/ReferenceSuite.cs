using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Resources;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>What an entity refers to must exist, and stays while it is referred to.</summary>
public abstract class ReferenceSuite(SharedServer server)
{
    public static TheoryData<string, string> References =>
    [
        .. ResourceCatalog.All.Where(definition => !definition.IsInternal).SelectMany(
            definition => definition.References.Select(
                reference => new TheoryDataRow<string, string>(definition.Kind, reference.Member))),
    ];

    [Theory]
    [MemberData(nameof(References))]
    public async Task Reference_ToNothing_IsRefusedByName(string kind, string member)
    {
        using var client = await server.NewOrganizationAsync();
        var (entity, reference) = await MakeAsync(client, kind, member);
        var place = new Place([member], new TextShape());

        await entity.ShouldRefuseAsync(
            place, reference.TargetColumn == "id" ? Guid.NewGuid().ToString() : "ZZZ", "unknown_reference");
    }

    [Theory]
    [MemberData(nameof(References))]
    public async Task Reference_Target_CannotBeDeletedWhileInUse(string kind, string member)
    {
        using var client = await server.NewOrganizationAsync();
        var (entity, reference) = await MakeAsync(client, kind, member);
        var target = await TargetAsync(client, reference, (string)entity.Stored[member]!);
        var before = (await client.GetAsync(target)).Object.ToJsonString();

        var answer = await client.DeleteAsync(target);

        answer.Status.ShouldBe(HttpStatusCode.Conflict);
        answer.Headers.GetValues("x-should-retry").ShouldBe(["false"]);
        answer.Faults.ShouldBe(["in_use "], answer.Message);
        (await client.GetAsync(target)).Object.ToJsonString().ShouldBe(before);
        (await entity.ReadAsync()).ToJsonString().ShouldBe(entity.Stored.ToJsonString());
    }

    [Fact]
    public async Task CurrencyCode_InUse_CannotChange()
    {
        using var client = await server.NewOrganizationAsync();
        var dollar = (await client.GetAsync("picklists/currency?codes=USD")).Data.Single();
        dollar["code"] = "USX";

        var answer = await client.PutAsync($"picklists/currency/{dollar["id"]}", dollar);

        answer.Status.ShouldBe(HttpStatusCode.Conflict);
        answer.Faults.ShouldContain("in_use code");
    }

    // A pricing names either a plan template, as the sample does, or a plan.
    private static async Task<(Entity Entity, ReferenceTarget Reference)> MakeAsync(
        ApiClient client, string kind, string member)
    {
        var reference = ResourceCatalog.Of(kind).References.First(candidate => candidate.Member == member);
        var entity = await Entity.MakeAsync(client, kind);
        if (kind == "Pricing" && member == "compoundAggregationId")
        {
            entity.Body[member] = (await client.PostAsync("compoundaggregations", """
                {"name":"Twice","calculation":"2","rounding":"NONE","quantityPerUnit":1,"unit":"1"}
                """)).Id;
            entity.Body.Remove("aggregationId");
            entity.Body.Remove("segment");
            (await entity.ReplaceAsync(entity.Body)).Status.ShouldBe(HttpStatusCode.OK);
            return (await entity.AgainAsync(), reference);
        }
        if (kind != "Pricing" || member != "planId")
            return (entity, reference);
        var plan = new JsonObject
        {
            ["name"] = "Plan",
            ["code"] = "plan",
            ["planTemplateId"] = entity.Body["planTemplateId"]!.DeepClone(),
        };
        entity.Body["planId"] = (await client.PostAsync("plans", plan)).Id;
        entity.Body.Remove("planTemplateId");
        (await entity.ReplaceAsync(entity.Body)).Status.ShouldBe(HttpStatusCode.OK);
        return (await entity.AgainAsync(), reference);
    }

    private static async Task<string> TargetAsync(ApiClient client, ReferenceTarget reference, string value)
    {
        var target = ResourceCatalog.Of(reference.Kind);
        return reference.TargetColumn == "id"
            ? $"{target.Path}/{value}"
            : $"{target.Path}/{(await client.GetAsync($"{target.Path}?codes={value}")).Data.Single()["id"]}";
    }
}

public sealed class SqliteReferenceTests(SqliteServer server) : ReferenceSuite(server);

public sealed class PostgresReferenceTests(PostgresServer server) : ReferenceSuite(server);
