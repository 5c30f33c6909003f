using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// A date, or a date-time without an offset, is in the organization's time zone; only a measurement's is in UTC.
/// </summary>
public sealed class ZonedDateTests(SqliteServer server)
{
    /// <summary>Kinds with members that are instants, as a request gives them.</summary>
    public static TheoryData<string> KindsWithInstants =>
        [.. AllKinds.Catalog.All.Where(
            kind => !kind.IsInternal && Instants(kind.Kind).Any()).Select(kind => kind.Kind)];

    [Fact]
    public async Task PlanOfSaoPaulo_FromJuneOn_BillsNothingForMay()
    {
        using var client = await InAsync("America/Sao_Paulo");
        var account = await PricedAccountAsync(client, standingCharge: 31, startDate: "2026-06-01");
        var usage = new MeteredUsage(client);
        // 22:00 on May 31 and 00:00 on June 1 in Sao Paulo.
        await usage.SubmitAsync(
            "calls acme 2026-06-01T01:00:00Z measure.n=5", "calls acme 2026-06-01T03:00:00Z measure.n=7");

        // As UTC the plan began at 21:00 on May 31: 31.00 x 1/8 of 31 days = 0.125, 0.13, and 5 x 1.00 = 5.13.
        (await BillAsync(client, account, "2026-06-01")).ShouldBeEmpty();
        // All of June: 31.00 and 7 x 1.00.
        (await BillAsync(client, account, "2026-07-01")).ShouldBe([("2026-06-01", 38.00m)]);
    }

    [Fact]
    public async Task PlanOfTokyo_FromJuneOn_BillsAllOfJune()
    {
        using var client = await InAsync("Asia/Tokyo");
        var account = await PricedAccountAsync(client, standingCharge: 30, startDate: "2026-06-01");

        // As UTC the plan began at 09:00 on June 1: 30.00 x 29.625 of 30 days = 29.625, 29.63.
        (await BillAsync(client, account, "2026-07-01")).ShouldBe([("2026-06-01", 30.00m)]);
    }

    [Theory]
    [MemberData(nameof(KindsWithInstants))]
    public async Task Instants_OfEveryKind_AreLocalWithoutAnOffset(string kind)
    {
        using var client = await InAsync("Asia/Tokyo");
        var definition = AllKinds.Catalog.Of(kind);
        if (definition.IsSingleton)
            return;
        var members = Instants(kind).ToList();
        var body = await Samples.MakeAsync(client, kind, "zoned");
        var path = Lists.Path(kind, body);
        foreach (var member in members)
            body[member] ??= member.Contains("nd", StringComparison.Ordinal) ? "2127-01-01" : "2126-01-01";
        foreach (var member in members)
            body[member] = ((string)body[member]!)[..10];
        var dates = members.ToDictionary(member => member, member => (string)body[member]!);

        var created = (await client.PostAsync(path, body)).Object;

        foreach (var (member, date) in dates)
        {
            // Midnight in Tokyo is 15:00 on the day before.
            var before = DateOnly.ParseExact(date, "yyyy-MM-dd").AddDays(-1);
            ((string?)created[member]).ShouldBe($"{before:yyyy-MM-dd}T15:00:00Z", member);
        }
    }

    [Theory]
    [InlineData("2026-06-01T09:30:00", "2026-06-01T12:30:00Z")]
    [InlineData("2026-06-01T09:30:00Z", "2026-06-01T09:30:00Z")]
    [InlineData("2026-06-01T09:30:00+02:00", "2026-06-01T07:30:00Z")]
    // Sao Paulo's clock jumped from 00:00 to 01:00 on that day.
    [InlineData("2018-11-04", "2018-11-04T03:00:00Z")]
    [InlineData("2018-11-04T00:00:00", "2018-11-04T03:00:00Z")]
    // And fell back from 00:00 to 23:00 here: 23:30 was there twice.
    [InlineData("2018-02-17T23:30:00", "2018-02-18T01:30:00Z")]
    public async Task AccountPlan_StartInSaoPaulo_IsAnsweredInUtc(string startDate, string expected)
    {
        using var client = await InAsync("America/Sao_Paulo");
        var account = await PricedAccountAsync(client, standingCharge: 31, startDate);

        var plans = (await client.GetAsync($"accountplans?account={account}&includeall=true")).Data;

        ((string)plans.ShouldHaveSingleItem()["startDate"]!).ShouldBe(expected);
    }

    [Fact]
    public async Task Queries_WithDates_MeanTheSameAsBodies()
    {
        using var client = await InAsync("America/Sao_Paulo");
        var account = await PricedAccountAsync(client, standingCharge: 31, startDate: "2026-06-01");
        var usage = new MeteredUsage(client);
        // The second has no offset: it is UTC, and in Sao Paulo still May.
        await usage.SubmitAsync(
            "calls acme 2026-06-01T03:00:00Z measure.n=7", "calls acme 2026-06-01T02:00:00 measure.n=5");

        (await client.GetAsync($"accountplans?account={account}&date=2026-05-31")).Data.ShouldBeEmpty();
        (await client.GetAsync($"accountplans?account={account}&date=2026-06-01")).Data.Count.ShouldBe(1);
        (await client.GetAsync("pricings?date=2026-05-31")).Data.ShouldBeEmpty();
        (await client.GetAsync("pricings?date=2026-06-01")).Data.Count.ShouldBe(1);
        (await TimestampsAsync(client, "2026-05-31", "2026-06-01")).ShouldBe(["2026-06-01T02:00:00Z"]);
        (await TimestampsAsync(client, "2026-06-01", "2026-06-02")).ShouldBe(["2026-06-01T03:00:00Z"]);
    }

    [Fact]
    public async Task EndDate_OfBillingEntities_IsMidnightInTheZone()
    {
        using var client = await InAsync("America/Sao_Paulo");
        var account = await PricedAccountAsync(client, standingCharge: 31, startDate: "2026-06-01");

        var ended = await client.PutAsync($"accounts/{account}/enddatebillingentities",
            """{"billingEntities":["ACCOUNTPLAN"],"endDate":"2026-06-16"}""");
        ended.Status.ShouldBe(HttpStatusCode.OK);

        // 15 of 30 days.
        (await BillAsync(client, account, "2026-07-01")).ShouldBe([("2026-06-01", 15.50m)]);
    }

    [Fact]
    public async Task Instants_WrittenBeforeTheZoneChanged_AreTheSameAfterIt()
    {
        using var client = await InAsync("America/Sao_Paulo");
        var account = await PricedAccountAsync(client, standingCharge: 31, startDate: "2026-06-01");
        await SetZoneAsync(client, "Asia/Tokyo");

        var plan = (await client.GetAsync($"accountplans?account={account}&includeall=true")).Data.Single();

        ((string)plan["startDate"]!).ShouldBe("2026-06-01T03:00:00Z");
    }

    private async Task<ApiClient> InAsync(string zone)
    {
        var client = await server.NewOrganizationAsync();
        await SetZoneAsync(client, zone);
        return client;
    }

    private static async Task SetZoneAsync(ApiClient client, string zone)
    {
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["timezone"] = zone;
        (await client.PutAsync("organizationconfig", config)).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>The account 'acme' on a monthly plan in arrears, with calls at 1.00 each.</summary>
    private static async Task<string> PricedAccountAsync(ApiClient client, int standingCharge, string startDate)
    {
        var meter = await new MeteredUsage(client).MeterAsync("calls", "measure.n");
        var aggregation = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Calls","code":"calls","meterId":"{{meter}}","targetField":"n","aggregation":"SUM",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call"}
            """));
        var product = await FullSamples.ProductAsync(client, "product");
        var template = await FullSamples.CreateAsync(client, "plantemplates", FullSamples.Parse($$"""
            {"productId":"{{product}}","name":"Monthly","currency":"USD","standingCharge":{{standingCharge}},
             "billFrequency":"MONTHLY"}
            """));
        var plan = await FullSamples.CreateAsync(client, "plans", FullSamples.Parse(
            $$"""{"name":"Plan","code":"plan","planTemplateId":"{{template}}"}"""));
        await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{plan}}","aggregationId":"{{aggregation}}","startDate":"{{startDate}}",
             "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
            """));
        var account = await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
            """{"name":"Acme","code":"acme","emailAddress":"a@example.com"}"""));
        await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
            $$"""{"accountId":"{{account}}","planId":"{{plan}}","startDate":"{{startDate}}"}"""));
        return account;
    }

    private static async Task<List<(string Start, decimal Total)>> BillAsync(
        ApiClient client, string account, string billDate)
    {
        var job = (await client.PostAsync("billjobs", new JsonObject
        {
            ["accountIds"] = new JsonArray(account),
            ["billDate"] = billDate,
        })).Object;
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;
        (job["failures"]?.ToJsonString()).ShouldBeNull();
        var bills = new List<(string, decimal)>();
        foreach (var id in job["billIds"]!.AsArray())
        {
            var bill = (await client.GetAsync($"bills/{id}")).Object;
            bills.Add(((string)bill["startDate"]!, (decimal)bill["billTotal"]!));
        }
        return bills;
    }

    private static async Task<IEnumerable<string>> TimestampsAsync(ApiClient client, string start, string end) =>
        (await client.PostAsync("usage/query", new JsonObject { ["startDate"] = start, ["endDate"] = end }))
        .Object["data"]!.AsArray().Select(row => (string)row!["ts"]!);

    private static IEnumerable<string> Instants(string kind) => AllKinds.Catalog.Of(kind).Shape.Members
        .Where(member => member is { Shape: InstantShape, IsServerSet: false }).Select(member => member.Name);
}
