using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Events;

/// <summary>Events tell whole entities, and only of those that the caller may retrieve.</summary>
public sealed class VisibleEventTests(SqliteServer server)
{
    /// <summary>Every kind that has events.</summary>
    public static TheoryData<string> Kinds => [.. RecordedKinds.All.Select(definition => definition.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Events_OfAKindThatIsDenied_AreNotSelected(string kind)
    {
        var definition = RecordedKinds.All.Single(one => one.Kind == kind);
        var denied = EntityPermissions.Retrieve(definition).Resources[0];
        var told = new JsonObject
        {
            ["eventName"] = $"{definition.EventName}.created",
            ["resourceId"] = "7",
            ["newDto"] = new JsonObject { ["balanceId"] = "7", ["billId"] = "7", ["revisionId"] = "7" },
        };

        VisibleEvents.IsVisible(told, Grants("allow all *")).ShouldBeTrue();
        VisibleEvents.IsVisible(told, Grants("allow config:retrieve config:event")).ShouldBeFalse();
        VisibleEvents.IsVisible(told, Grants("allow all *", $"deny config:retrieve {denied}")).ShouldBeFalse();
        VisibleEvents.IsVisible(told, Grants("allow all *", $"deny config:retrieve {denied}/item/7")).ShouldBeFalse();
        VisibleEvents.IsVisible(told, Grants("allow all *", $"deny config:retrieve {denied}/item/8")).ShouldBeTrue();
        VisibleEvents.IsVisible(told, Grants($"allow config:retrieve {denied}/item/7")).ShouldBeTrue();
        VisibleEvents.Of(Grants("allow config:retrieve config:event")).IsNone.ShouldBeTrue();
        VisibleEvents.Of(Grants("allow all *")).Condition.ShouldBeNull();
    }

    /// <summary>What retrieving an entity needs is what the operation that retrieves it asks for.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Retrieving_AKind_NeedsWhatItsOperationAsksFor(string kind)
    {
        if (ApiOperations.All.SingleOrDefault(one => one.Id == $"Get{kind}") is not { } retrieve)
            return;
        var definition = RecordedKinds.All.Single(one => one.Kind == kind);
        retrieve.Permission.Name.ShouldBe(EntityPermissions.Retrieve(definition).Name);
        retrieve.Permission.Action.ShouldBe(EntityPermissions.Retrieve(definition).Action);
    }

    [Fact]
    public async Task Reader_OfEventsOnly_SeesNone()
    {
        using var administrator = await server.NewOrganizationAsync();
        await Entity.MakeAsync(administrator, "Account");
        using var reader = await Principal.MakeAsync(administrator, "allow config:retrieve,config:update config:event");
        var known = (await administrator.GetAsync("events")).Data.Select(one => (string)one["id"]!).ToList();

        var page = await reader.Client.GetAsync("events");

        page.Data.ShouldBeEmpty();
        page.Object.ContainsKey("nextToken").ShouldBeFalse();
        (await reader.Client.GetAsync($"events?ids={string.Join(',', known)}")).Data.ShouldBeEmpty();
        (await reader.Client.GetAsync($"events/{known[0]}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await reader.Client.PutAsync($"events/{known[0]}/actioned", "")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Reader_WhoIsDeniedSome_SeesWholePagesOfTheOthers()
    {
        using var administrator = await server.NewOrganizationAsync();
        var ids = new List<string>();
        for (var number = 0; number < 20; number++)
        {
            ids.Add((await administrator.PostAsync("products", $$"""{"name":"n","code":"c{{number}}"}""")).Id);
            await administrator.PostAsync(
                "accounts", $$"""{"name":"n","code":"c{{number}}","emailAddress":"a@example.com"}""");
        }
        using var reader = await Principal.MakeAsync(
            administrator, "allow config:retrieve config:event,config:product",
            $"deny config:retrieve config:product/item/{ids[3]},config:product/item/{ids[11]}");
        var seen = new List<string>();
        string? token = null;

        do
        {
            var page = await reader.Client.GetAsync("events?pageSize=6" + (token is null ? "" : $"&nextToken={token}"));
            seen.AddRange(page.Data.Select(one => (string)one["m3terEvent"]!["resourceId"]!));
            token = (string?)page.Object["nextToken"];
            page.Data.Count.ShouldBe(6);
        }
        while (token is not null);

        seen.ShouldBe(ids.Except([ids[3], ids[11]]).Reverse());
    }

    [Fact]
    public async Task Event_OfAnEntityOfADeniedAccount_TellsNotItsCode()
    {
        using var administrator = await server.NewOrganizationAsync();
        var contract = await Entity.MakeAsync(administrator, "Contract");
        using var reader = await Principal.MakeAsync(
            administrator, "allow all *", $"deny config:retrieve config:account/item/{contract.Stored["accountId"]}");
        const string Path = "events?eventName=configuration.contract.created";

        (await administrator.GetAsync(Path)).Data.Single().ToJsonString().ShouldContain("accountCode");
        (await reader.Client.GetAsync(Path)).Data.Single().ToJsonString().ShouldNotContain("accountCode");
    }

    private static Grants Grants(params string[] statements) => new(
        [
            .. PermissionStatements.Rules(statements.Select(text => text.Split(' ')).Select(parts =>
                new PermissionStatement { Effect = parts[0], Action = [parts[1]], Resource = parts[2].Split(',') })),
        ],
        (_, _) => []);
}
