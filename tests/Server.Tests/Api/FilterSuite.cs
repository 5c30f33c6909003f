using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>The filters of lists select what they say, in every way in which clients send them.</summary>
public abstract class FilterSuite(SharedServer server)
{
    private static readonly string[] HaveTestsOfTheirOwn =
        ["Charge.entityId", "Charge.scheduleId", "Balance.contractId", "ExternalMapping.integrationConfigId"];

    public static TheoryData<string, string> Filters =>
    [
        .. AllKinds.Catalog.All.Where(definition => definition is { IsInternal: false, IsSingleton: false })
            .SelectMany(definition => ResourceOperations.ListParameters(definition)
                .Where(parameter => parameter.Name is not (
                    "pageSize" or "nextToken" or "archived" or "includeall" or "sortOrder" or "additional"))
                .Where(parameter => !HaveTestsOfTheirOwn.Contains($"{definition.Kind}.{parameter.Name}"))
                .Select(parameter => new TheoryDataRow<string, string>(definition.Kind, parameter.Name))),
    ];

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filter_OneValue_SelectsWhatMatches(string kind, string filter)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var list = Lists.Path(kind, entity.Body);
        var (matching, other) = await ValuesAsync(client, entity, kind, filter);
        // Accounts plans that are over are left out unless one asks for a date or for all.
        var rest = (kind, filter) switch
        {
            ("AccountPlan", "product") => $"&account={entity.Body["accountId"]}&includeall=true",
            ("AccountPlan", "account" or "plan" or "contract") => "&includeall=true",
            ("CounterAdjustment", "counterId") => "",
            ("CounterAdjustment", "accountId") => $"&counterId={entity.Body["counterId"]}",
            ("CounterAdjustment", _) =>
                $"&counterId={entity.Body["counterId"]}&accountId={entity.Body["accountId"]}",
            _ => "",
        };

        Ids(await client.GetAsync($"{list}?{filter}={matching}{rest}")).ShouldContain(Id(entity));
        Ids(await client.GetAsync($"{list}?{filter}={other}{rest}")).ShouldNotContain(Id(entity));
        (await client.GetAsync($"{list}?{filter}=%00{rest}")).Status
            .ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.BadRequest);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filter_SeveralValues_SelectsAnyOrIsRefused(string kind, string filter)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var definition = AllKinds.Catalog.Of(kind);
        var (matching, other) = await ValuesAsync(client, entity, kind, filter);
        var isList = ResourceOperations.ListParameters(definition).Single(
            parameter => parameter.Name == filter).Shape is ListShape;
        string[] forms =
        [
            $"{filter}={other},{matching}", $"{filter}={other}%2C{matching}",
            $"{filter}={other}&{filter}={matching}", $"{filter}[]={other}&{filter}%5B%5D={matching}",
        ];

        foreach (var form in forms)
        {
            var answer = await client.GetAsync($"{Lists.Path(kind, entity.Body)}?{form}");
            if (isList)
                Ids(answer).ShouldContain(Id(entity), form);
            else
                answer.Faults.ShouldContain($"count {filter}", form);
        }
        if (isList)
        {
            var tooMany = string.Join(',', Enumerable.Range(0, 201));
            (await client.GetAsync($"{Lists.Path(kind, entity.Body)}?{filter}={tooMany}")).Faults
                .ShouldBe([$"count {filter}"]);
        }
    }

    [Fact]
    public async Task EmptyProduct_SelectsGlobalMetersAndAggregations()
    {
        using var client = await server.NewOrganizationAsync();
        var global = await Entity.MakeAsync(client, "Aggregation");
        var product = await ProductAsync(client);
        var meter = (await client.GetAsync($"meters/{global.Body["meterId"]}")).Object;
        meter["code"] = "of product";
        meter["productId"] = product;
        var ofProduct = (await client.PostAsync("meters", meter)).Id;

        Ids(await client.GetAsync("meters?productId=")).ShouldBe([(string)global.Body["meterId"]!]);
        Ids(await client.GetAsync($"meters?productId={product}")).ShouldBe([ofProduct]);
        Ids(await client.GetAsync($"meters?productId=&productId={product}")).Count.ShouldBe(2);
        Ids(await client.GetAsync("aggregations?productId=")).ShouldBe([Id(global)]);
        Ids(await client.GetAsync($"aggregations?productId={product}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Filters_Several_MustAllHold()
    {
        using var client = await server.NewOrganizationAsync();
        var meter = await Entity.MakeAsync(client, "Meter");
        var product = (string)meter.Body["productId"]!;

        Ids(await client.GetAsync($"meters?codes=requests&productId={product}")).ShouldBe([Id(meter)]);
        Ids(await client.GetAsync($"meters?codes=others&productId={product}")).ShouldBeEmpty();
        Ids(await client.GetAsync($"meters?codes=requests&ids={Guid.NewGuid()}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Currencies_Archived_AreLeftOutWhenAsked()
    {
        using var client = await server.NewOrganizationAsync();
        var archived = Id(await Entity.MakeAsync(client, "Currency"));

        Ids(await client.GetAsync("picklists/currency")).ShouldContain(archived);
        Ids(await client.GetAsync("picklists/currency?archived=TRUE")).ShouldContain(archived);
        Ids(await client.GetAsync("picklists/currency?archived=false")).ShouldNotContain(archived);
        (await client.GetAsync("picklists/currency?archived=yes")).Faults.ShouldBe(["type archived"]);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("?account={account}", true)]
    [InlineData("?account={account}&includeall=false", true)]
    [InlineData("?date=2026-01-01", true)]
    [InlineData("?date=2026-01-01T00:00:00Z", true)]
    [InlineData("?date=2025-12-31", false)]
    [InlineData("?account={account}&date=2025-12-31", false)]
    public async Task AccountPlans_Selected_AreActiveOnesUnlessAskedOtherwise(string query, bool isFound)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "AccountPlan");
        entity.Body.Remove("endDate");
        (await entity.ReplaceAsync(entity.Body)).Status.ShouldBe(HttpStatusCode.OK);
        var filled = query.Replace(
            "{account}", (string)entity.Body["accountId"]!, StringComparison.Ordinal);

        Ids(await client.GetAsync($"accountplans{filled}")).Contains(Id(entity)).ShouldBe(isFound);
    }

    [Fact]
    public async Task AccountPlans_Over_NeedIncludeAll()
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "AccountPlan");
        entity.Body["startDate"] = "2020-01-01T00:00:00Z";
        entity.Body["endDate"] = "2021-01-01T00:00:00Z";
        (await entity.ReplaceAsync(entity.Body)).Status.ShouldBe(HttpStatusCode.OK);

        foreach (var filter in new[] { $"account={entity.Body["accountId"]}", $"plan={entity.Body["planId"]}" })
        {
            Ids(await client.GetAsync($"accountplans?{filter}")).ShouldBeEmpty();
            Ids(await client.GetAsync($"accountplans?{filter}&includeall=true")).ShouldBe([Id(entity)]);
            Ids(await client.GetAsync($"accountplans?{filter}&date=2020-12-31T23:59:59.999Z")).ShouldBe([Id(entity)]);
            // An end is excluded.
            Ids(await client.GetAsync($"accountplans?{filter}&date=2021-01-01")).ShouldBeEmpty();
        }
        (await client.GetAsync($"accountplans?product={Guid.NewGuid()}")).Faults.ShouldBe(["needs product"]);
        (await client.GetAsync("accountplans?date=soon")).Faults.ShouldBe(["date_time date"]);
    }

    /// <summary>A value of the filter that selects the entity, and one that does not.</summary>
    private static async Task<(string Matching, string Other)> ValuesAsync(
        ApiClient client, Entity entity, string kind, string filter) => (kind, filter) switch
        {
            (_, "ids") => (Id(entity), Guid.NewGuid().ToString()),
            (_, "codes") => (Uri.EscapeDataString((string)entity.Body["code"]!), "other"),
            ("CounterAdjustment", "date" or "dateStart" or "endDateStart") => ("2026-03-01", "2026-03-02"),
            ("CounterAdjustment", "dateEnd" or "endDateEnd") => ("2026-03-02", "2026-03-01"),
            ("Commitment", "endDateStart") => ("2027-01-01", "2027-01-02"),
            ("Commitment", "endDateEnd") => ("2027-01-02", "2027-01-01"),
            ("Balance", "endDateStart") => ("2027-03-01", "2027-03-02"),
            ("Balance", "endDateEnd") => ("2027-03-02", "2027-03-01"),
            ("ExternalMapping", "externalSystemId") => ("Salesforce", "Stripe"),
            ("ExternalMapping", "m3terIds") => ((string)entity.Body["m3terId"]!, Guid.NewGuid().ToString()),
            ("Commitment", "productId") => ((string)entity.Body["productIds"]![0]!, Guid.NewGuid().ToString()),
            ("Charge", "entityType") => ("AD_HOC", "BALANCE"),
            ("Charge", "billDate") => ("2026-02-01", "2026-02-02"),
            (_, "date") => ("2026-12-31", "2027-01-01"),
            ("Aggregation", "productId") => ("", Guid.NewGuid().ToString()),
            (_, "productId" or "product") => (await ProductAsync(client), Guid.NewGuid().ToString()),
            (_, "account" or "plan" or "planGroup" or "contract") =>
                ((string)entity.Body[$"{filter}Id"]!, Guid.NewGuid().ToString()),
            ("Pricing" or "CounterPricing", "planId") =>
                (await OnPlanAsync(client, entity), Guid.NewGuid().ToString()),
            _ => ((string)entity.Body[filter]!, Guid.NewGuid().ToString()),
        };

    private static async Task<string> ProductAsync(ApiClient client) => (string)(await client.GetAsync("products"))
        .Data.Single(product => (string?)product["code"] == "maps")["id"]!;

    private static async Task<string> OnPlanAsync(ApiClient client, Entity pricing)
    {
        var plan = new JsonObject { ["name"] = "Plan", ["code"] = "plan" };
        plan["planTemplateId"] = pricing.Body["planTemplateId"]!.DeepClone();
        pricing.Body["planId"] = (await client.PostAsync("plans", plan)).Id;
        pricing.Body.Remove("planTemplateId");
        (await pricing.ReplaceAsync(pricing.Body)).Status.ShouldBe(HttpStatusCode.OK);
        return (string)pricing.Body["planId"]!;
    }

    private static string Id(Entity entity) => (string)entity.Stored["id"]!;

    private static List<string> Ids(ApiAnswer page) => [.. page.Data.Select(item => (string)item["id"]!)];
}

public sealed class SqliteFilterTests(SqliteServer server) : FilterSuite(server);

public sealed class PostgresFilterTests(PostgresServer server) : FilterSuite(server);
