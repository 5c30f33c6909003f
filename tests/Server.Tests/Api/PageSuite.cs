using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>Pages of every kind while entities are added: what was there is listed once, newest first.</summary>
public abstract class PageSuite(SharedServer server)
{
    private const int Listed = 7;

    public static TheoryData<string> Kinds => ResourceSuite.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Pages_WhileEntitiesAreAdded_HaveNoGapAndNoRepeat(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var sample = await Samples.MakeAsync(client, kind, "a");
        var list = Lists.Path(kind, sample);
        var made = new List<string>();
        for (var number = 0; number < Listed; number++)
            made.Add((await client.PostAsync(list, await AnotherAsync(client, kind, sample, number))).Id);

        var seen = new List<string>();
        string? token = null;
        var late = Listed;
        do
        {
            var page = await client.GetAsync(
                $"{list}?pageSize=2&{Lists.Query(kind, sample)}{(token is null ? "" : $"&nextToken={token}")}");
            seen.AddRange(page.Data.Select(item => (string)item["id"]!));
            token = (string?)page.Object["nextToken"];
            if (late < 2 * Listed)
                (await client.PostAsync(list, await AnotherAsync(client, kind, sample, late++))).Status
                    .ShouldBe(HttpStatusCode.OK);
        }
        while (token is not null);

        seen.Distinct().Count().ShouldBe(seen.Count);
        seen.Where(made.Contains).ShouldBe(made.AsEnumerable().Reverse());
        // Before them come none that was added later; behind them may come what the organization had.
        seen[0].ShouldBe(made[^1]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task PageSize_OnePastItsLimits_IsRefusedByName(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var sample = await Samples.MakeAsync(client, kind, "a");
        var list = $"{Lists.Path(kind, sample)}?{Lists.Query(kind, sample)}&pageSize=";
        var most = AllKinds.Catalog.Of(kind).MaximumPageSize;

        foreach (var size in new[] { 1, most })
            (await client.GetAsync($"{list}{size}")).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var size in new[] { 0, most + 1 })
        {
            var answer = await client.GetAsync($"{list}{size}");
            answer.Status.ShouldBe(HttpStatusCode.BadRequest);
            answer.Faults.ShouldContain("range pageSize");
        }
    }

    // The same again, different where two of the kind must differ.
    private static async Task<JsonObject> AnotherAsync(ApiClient client, string kind, JsonObject sample, int number)
    {
        var body = sample.DeepClone().AsObject();
        foreach (var member in new[] { "name", "externalId" })
        {
            if (body.ContainsKey(member))
                body[member] = $"{body[member]} {number}";
        }
        if (body.ContainsKey("code"))
            body["code"] = kind == "Currency" ? $"X{(char)('A' + number)}{(char)('A' + number)}" : $"code_{number}";
        var start = new DateOnly(2026, 1, 1).AddMonths(number);
        switch (kind)
        {
            case "AccountPlan" or "Pricing" or "CounterPricing":
                (body["startDate"], body["endDate"]) = (Instant(start), Instant(start.AddMonths(1)));
                break;
            case "CounterAdjustment":
                body["date"] = start.ToString("O", CultureInfo.InvariantCulture);
                break;
            case "PlanGroupLink":
                body["planId"] = await PlanAsync(client, number);
                break;
            default:
                break;
        }
        return body;
    }

    // A plan group has one plan of a product.
    private static async Task<string> PlanAsync(ApiClient client, int number)
    {
        var product = await client.PostAsync("products", Named("product"));
        var template = Named("template");
        (template["productId"], template["currency"], template["standingCharge"], template["billFrequency"]) =
            (product.Id, "USD", 0, "MONTHLY");
        var plan = Named("plan");
        plan["planTemplateId"] = (await client.PostAsync("plantemplates", template)).Id;
        return (await client.PostAsync("plans", plan)).Id;

        JsonObject Named(string what) => new() { ["name"] = $"{what} {number}", ["code"] = $"{what}_{number}" };
    }

    private static string Instant(DateOnly date) => $"{date.ToString("O", CultureInfo.InvariantCulture)}T00:00:00Z";
}

public sealed class SqlitePageTests(SqliteServer server) : PageSuite(server);

public sealed class PostgresPageTests(PostgresServer server) : PageSuite(server);
