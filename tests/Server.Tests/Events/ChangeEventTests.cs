using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Events;

/// <summary>Each change of an entity is told by an event: what was before and after, who did it and when.</summary>
public sealed class ChangeEventTests(SqliteServer shared)
{
    [Fact]
    public async Task Changes_OfAnEntity_AreToldNewestFirstWithBeforeAndAfter()
    {
        using var client = await shared.NewOrganizationAsync();
        var made = await client.PostAsync("products", """{"name":"Maps","code":"maps"}""");
        var changed = await client.PutAsync(
            $"products/{made.Id}", """{"name":"Atlas","code":"maps","version":1}""");
        (await client.DeleteAsync($"products/{made.Id}")).Status.ShouldBe(HttpStatusCode.OK);

        var events = (await client.GetAsync($"events?resourceId={made.Id}")).Data;

        events.Select(one => $"{one["eventName"]} {Name(one, "oldDto")} {Name(one, "newDto")}").ShouldBe(
        [
            "configuration.product.deleted Atlas ",
            "configuration.product.updated Maps Atlas",
            "configuration.product.created  Maps",
        ]);
        foreach (var one in events)
        {
            ((string?)one["m3terEvent"]!["actor"]).ShouldBe((string?)made.Object["createdBy"]);
            (await client.GetAsync($"events/{one["id"]}")).Object.ToJsonString().ShouldBe(one.ToJsonString());
        }
        var told = events[1]["m3terEvent"]!["eventData"]!["newDto"]!.AsObject();
        ((string?)told["orgId"]).ShouldBe(client.OrganizationId);
        told.Remove("orgId");
        told.ToJsonString().ShouldBe(changed.Object.ToJsonString());
        ((string?)events[1]["eventTime"]).ShouldBe((string?)changed.Object["dtLastModified"]);
    }

    [Fact]
    public async Task Change_ThatIsRefused_IsNotTold()
    {
        using var client = await shared.NewOrganizationAsync();
        var made = await client.PostAsync("products", """{"name":"Maps","code":"maps"}""");

        (await client.PostAsync("products", """{"name":"Maps","code":"maps"}"""))
            .Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.PutAsync($"products/{made.Id}", """{"name":"Atlas","code":"maps","version":7}"""))
            .Status.ShouldBe(HttpStatusCode.Conflict);

        (await client.GetAsync("events?eventName=configuration.product.created")).Data.Count.ShouldBe(1);
        (await client.GetAsync("events?eventName=configuration.product.updated")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_OfAnAccount_HaveItsCodeAndAreFoundByIt()
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await client.PostAsync(
            "accounts", """{"name":"Acme","code":"acme","emailAddress":"a@example.com"}""");
        await client.PostAsync("accounts", """{"name":"Other","code":"other","emailAddress":"o@example.com"}""");
        var contract = await client.PostAsync(
            "contracts",
            $$"""{"accountId":"{{account.Id}}","name":"2026","startDate":"2026-01-01","endDate":"2027-01-01"}""");

        var events = (await client.GetAsync($"events?accountId={account.Id}")).Data;

        events.Select(one => (string?)one["eventName"])
            .ShouldBe(["configuration.contract.created", "configuration.account.created"]);
        ((string?)events[0]["m3terEvent"]!["resourceId"]).ShouldBe(contract.Id);
        ((string?)events[0]["m3terEvent"]!["eventData"]!["newDto"]!["accountCode"]).ShouldBe("acme");
    }

    [Fact]
    public async Task Events_OfAllSources_ArePagedInOneOrder()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        await usage.MeterAsync("calls", "measure.n");
        for (var number = 0; number < 4; number++)
        {
            await client.PostAsync("products", $$"""{"name":"P","code":"p{{number}}"}""");
            await usage.PostAsync(MeteredUsage.Measurement("nothing acme 2025-03-01 measure.n=1", $"u{number}"));
        }
        await usage.QueryAsync("\"limit\":10"); // waits until all are loaded
        var events = (await client.GetAsync("events")).Data;
        var all = events.Select(one => (string?)one["id"]).ToList();

        events.Count(one => (string?)one["eventName"] == "ingest.validation.failure").ShouldBe(4);
        events.Count(one => (string?)one["eventName"] == "configuration.product.created").ShouldBeGreaterThan(3);
        foreach (var size in new[] { 1, 2, 3, 5 })
        {
            var paged = new List<string?>();
            for (string? token = ""; token is not null;)
            {
                var page = await client.GetAsync($"events?pageSize={size}{(token == "" ? "" : $"&nextToken={token}")}");
                page.Data.Count.ShouldBeLessThanOrEqualTo(size);
                paged.AddRange(page.Data.Select(one => (string?)one["id"]));
                token = (string?)page.Object["nextToken"];
            }
            paged.ShouldBe(all);
        }
        var times = (await client.GetAsync("events")).Data.Select(one => (string?)one["eventTime"]).ToList();
        times.ShouldBe(times.OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Event_MarkedAsFollowedUp_CanBeLeftOut()
    {
        using var client = await shared.NewOrganizationAsync();
        await client.PostAsync("products", """{"name":"Maps","code":"maps"}""");
        const string Created = "events?eventName=configuration.product.created";
        var id = (string?)(await client.GetAsync(Created)).Data[0]["id"];

        (await client.PutAsync($"events/{id}/actioned", "")).Object["dtActioned"].ShouldNotBeNull();

        (await client.GetAsync(Created)).Data.Count.ShouldBe(1);
        (await client.GetAsync(Created + "&includeActioned=false")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_AfterTwentyEightDays_AreGone()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        await server.Client.PostAsync("products", """{"name":"Maps","code":"maps"}""");
        const string Created = "events?eventName=configuration.product.created";
        var id = (string?)(await server.Client.GetAsync(Created)).Data[0]["id"];

        clock.Advance(Duration.FromDays(28));
        await server.Client.SignInAsync(server.AccessKeyId, server.ApiSecret);
        (await server.Client.GetAsync($"events/{id}")).Status.ShouldBe(HttpStatusCode.OK);

        clock.Advance(Duration.FromSeconds(1));
        (await server.Client.GetAsync(Created)).Data.ShouldBeEmpty();
        (await server.Client.GetAsync($"events/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Fields_OfCommitments_AreThoseOfTheGuide()
    {
        using var client = await shared.NewOrganizationAsync();

        var fields = (await client.GetAsync("events/fields?eventName=configuration.commitment.created"))
            .Object["events"]!["configuration.commitment.created"]!.AsObject()
            .ToDictionary(field => field.Key, field => (string?)field.Value);

        // Events: Commitment created.
        foreach (var (name, type) in new Dictionary<string, string>
        {
            ["accountCode"] = "string",
            ["accountId"] = "string",
            ["amount"] = "double",
            ["amountFirstBill"] = "double",
            ["amountPrePaid"] = "double",
            ["amountSpent"] = "double",
            ["billEpoch"] = "string",
            ["billingInterval"] = "int",
            ["billingOffset"] = "int",
            ["commitmentFeeBillInAdvance"] = "boolean",
            ["customFields"] = "map",
            ["feeDates"] = "array",
            ["overageSurchargePercent"] = "double",
            ["productIds"] = "array",
            ["startDate"] = "string",
        })
            fields[$"new.{name}"].ShouldBe(type, name);
        fields.Keys.ShouldAllBe(name => name.StartsWith("new."));
        fields.Keys.ShouldNotContain("new.version");
    }

    [Fact]
    public async Task Types_OfEvents_AreSortedAndHaveThreeOfEachEntity()
    {
        using var client = await shared.NewOrganizationAsync();

        var types = (await client.GetAsync("events/types")).Object["events"]!.AsArray()
            .Select(name => (string)name!).ToList();

        types.ShouldBe(types.Order(StringComparer.Ordinal));
        types.ShouldContain("ingest.validation.failure");
        foreach (var change in new[] { "created", "updated", "deleted" })
        {
            types.ShouldContain($"configuration.accountplan.{change}");
            types.ShouldContain($"billing.counteradjustment.{change}");
        }
    }

    private static string? Name(JsonObject one, string state) =>
        (string?)one["m3terEvent"]!["eventData"]![state]?["name"];
}
