using System.Net;
using System.Text.Json;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Api;

/// <summary>What an entity refers to must exist, and stays while it is referred to.</summary>
public abstract class ReferenceSuite(SharedServer server)
{
    public static TheoryData<string, string> References =>
    [
        .. AllKinds.Catalog.All.Where(definition => !definition.IsInternal).SelectMany(
            definition => definition.References.Select(
                reference => new TheoryDataRow<string, string>(definition.Kind, reference.Member))),
    ];

    [Theory]
    [MemberData(nameof(References))]
    public async Task Reference_ToNothing_IsRefusedByName(string kind, string member)
    {
        using var client = await server.NewOrganizationAsync();
        var (entity, reference) = await MakeAsync(client, kind, member);
        if (IsByPath(kind, member))
            return;

        foreach (var place in PlacesOf(kind, entity, reference))
            await entity.ShouldRefuseAsync(
                place, reference.TargetColumn == "id" ? Guid.NewGuid().ToString() : "ZZZ", "unknown_reference");
    }

    [Theory]
    [MemberData(nameof(References))]
    public async Task Reference_Target_CannotBeDeletedWhileInUse(string kind, string member)
    {
        using var client = await server.NewOrganizationAsync();
        var (entity, reference) = await MakeAsync(client, kind, member);
        foreach (var place in PlacesOf(kind, entity, reference))
        {
            var target = await TargetAsync(client, reference, (string)place.Read(entity.Stored)!);
            var before = (await client.GetAsync(target)).Object.ToJsonString();

            var answer = await client.DeleteAsync(target);

            answer.Status.ShouldBe(HttpStatusCode.Conflict);
            answer.Headers.GetValues("x-should-retry").ShouldBe(["false"]);
            answer.Faults.Distinct().ShouldBe(["in_use "], answer.Message);
            answer.Message.ShouldContain($"because the {AllKinds.Catalog.Of(kind).Words} '{entity.Stored["id"]}'");
            (await client.GetAsync(target)).Object.ToJsonString().ShouldBe(before);
        }
        (await entity.ReadAsync()).ToJsonString().ShouldBe(entity.Stored.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(References))]
    public async Task Reference_ToWhatTheCallerMayNotRetrieve_IsRefused(string kind, string member)
    {
        using var client = await server.NewOrganizationAsync();
        var (entity, reference) = await MakeAsync(client, kind, member);
        var definition = AllKinds.Catalog.Of(kind);
        if (definition.IsSingleton || IsByPath(kind, member))
            return;
        var list = Lists.Path(kind, entity.Body);
        var resource = Permission.Config(reference.Kind);
        using var principal = await Principal.MakeAsync(client, "allow all *", $"deny config:retrieve {resource}");
        foreach (var (name, id) in client.Parents)
            principal.Client.Parents[name] = id;

        var none = await principal.Client.PostAsync(list, entity.Body);

        none.Status.ShouldBe(HttpStatusCode.Forbidden, none.Message);
        none.Message.ShouldContain($"`config:retrieve` on `{resource}`");
        foreach (var place in PlacesOf(kind, entity, reference))
        {
            var target = await TargetAsync(client, reference, (string)place.Read(entity.Stored)!);
            await principal.MayAsync(
                "allow all *", $"deny config:retrieve {resource}/item/{target[(target.LastIndexOf('/') + 1)..]}");
            var one = await principal.Client.PostAsync(list, entity.Body);
            one.Faults.ShouldContain($"unknown_reference {place.Path}", one.Message);
            // What it names already, an entity may go on to name.
            (await entity.ReplaceAsync(entity.Body, principal.Client)).Status.ShouldBe(HttpStatusCode.OK);
        }
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

    /// <summary>Whether the path of a request says what is named, so that another is not found.</summary>
    internal static bool IsByPath(string kind, string member) =>
        AllKinds.Catalog.Of(kind).ParentTarget?.Parameter == member;

    /// <summary>Where the reference is in an entity.</summary>
    internal static IReadOnlyList<Place> PlacesOf(string kind, Entity entity, ReferenceTarget reference)
    {
        var definition = AllKinds.Catalog.Of(kind);
        var stored = definition.Read(JsonSerializer.SerializeToUtf8Bytes(entity.Stored));
        var places = definition.ReadReferences(stored, reference).Select(named => Place.At(named.Path)).ToList();
        places.ShouldNotBeEmpty();
        return places;
    }

    /// <summary>An entity that has the reference: the sample, or the sample with the other of two references.</summary>
    internal static async Task<(Entity Entity, ReferenceTarget Reference)> MakeAsync(
        ApiClient client, string kind, string member)
    {
        var reference = AllKinds.Catalog.Of(kind).References.First(candidate => candidate.Member == member);
        var entity = await Entity.MakeAsync(client, kind);
        switch (kind, member)
        {
            case ("Pricing" or "CounterPricing", "planId"):
                entity.Body["planId"] = await PlanOfTemplateAsync(client, (string)entity.Body["planTemplateId"]!);
                entity.Body.Remove("planTemplateId");
                break;
            case ("AccountPlan", "planGroupId"):
                entity.Body["planGroupId"] = await FullSamples.CreateAsync(
                    client, "plangroups", FullSamples.Parse("""{"name":"Group","currency":"USD"}"""));
                entity.Body.Remove("planId");
                break;
            case ("Pricing", "compoundAggregationId"):
                entity.Body[member] = (await client.PostAsync("compoundaggregations", """
                    {"name":"Twice","calculation":"2","rounding":"NONE","quantityPerUnit":1,"unit":"1"}
                    """)).Id;
                entity.Body.Remove("aggregationId");
                entity.Body.Remove("segment");
                break;
            case ("Charge", "entityId"):
                var balance = await Samples.MakeAsync(client, "Balance", "charged");
                balance["accountId"] = entity.Body["accountId"]!.DeepClone();
                entity.Body["entityId"] = await FullSamples.CreateAsync(client, "balances", balance);
                (entity.Body["entityType"], entity.Body["lineItemType"]) = ("BALANCE", "BALANCE_FEE");
                break;
            default:
                return (entity, reference);
        }
        (await entity.ReplaceAsync(entity.Body)).Status.ShouldBe(HttpStatusCode.OK);
        return (await entity.AgainAsync(), reference);
    }

    private static async Task<string> PlanOfTemplateAsync(ApiClient client, string template) =>
        await FullSamples.CreateAsync(client, "plans", FullSamples.Parse(
            $$"""{"name":"Plan","code":"plan","planTemplateId":"{{template}}"}"""));

    private static async Task<string> TargetAsync(ApiClient client, ReferenceTarget reference, string value)
    {
        var target = AllKinds.Catalog.Of(reference.Kind);
        return reference.TargetColumn == "id"
            ? $"{target.Path}/{value}"
            : $"{target.Path}/{(await client.GetAsync($"{target.Path}?codes={value}")).Data.Single()["id"]}";
    }
}

public sealed class SqliteReferenceTests(SqliteServer server) : ReferenceSuite(server);

public sealed class PostgresReferenceTests(PostgresServer server) : ReferenceSuite(server);
