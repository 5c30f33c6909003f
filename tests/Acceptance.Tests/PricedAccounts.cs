using System.Text.Json.Nodes;

namespace Tallystick.Acceptance.Tests;

/// <summary>
/// Sets up what a bill needs: a meter of two fields, two priced aggregations, accounts on a monthly plan.
/// </summary>
internal static class PricedAccounts
{
    internal const string Meter = "requests";

    /// <summary>Makes the configuration and puts the accounts on the plan.</summary>
    /// <returns>The ids of the accounts, in the order of their codes.</returns>
    internal static async Task<IReadOnlyList<string>> SetUpAsync(
        LiveServer server, IReadOnlyList<string> codes, string since, JsonObject first, JsonObject second)
    {
        var product =
            await server.CreateAsync("products", new JsonObject { ["name"] = "Service", ["code"] = "service" });
        var meter = await server.CreateAsync("meters", new JsonObject
        {
            ["name"] = "Requests",
            ["code"] = Meter,
            ["productId"] = product,
            ["dataFields"] = new JsonArray(Field("context"), Field("generated")),
            ["derivedFields"] = new JsonArray(),
        });
        var template = await server.CreateAsync("plantemplates", new JsonObject
        {
            ["name"] = "Monthly",
            ["productId"] = product,
            ["currency"] = "USD",
            ["standingCharge"] = 10,
            ["billFrequency"] = "MONTHLY",
        });
        var plan = await server.CreateAsync(
            "plans", new JsonObject { ["name"] = "Plan", ["code"] = "plan", ["planTemplateId"] = template });
        foreach (var (part, field) in new[] { (first, "context"), (second, "generated") })
            await PriceAsync(server, meter, plan, field, part);
        var accounts = new List<string>();
        foreach (var code in codes)
        {
            var account = await server.CreateAsync(
                "accounts", new JsonObject { ["name"] = code, ["code"] = code, ["emailAddress"] = "a@example.com" });
            accounts.Add(account);
            await server.CreateAsync(
                "accountplans", new JsonObject { ["accountId"] = account, ["planId"] = plan, ["startDate"] = since });
        }
        return accounts;
    }

    /// <summary>The lines of a bill by their description.</summary>
    internal static Dictionary<string, JsonObject> Lines(JsonObject bill) =>
        bill["lineItems"]!.AsArray().ToDictionary(line => (string)line!["description"]!, line => line!.AsObject());

    private static JsonObject Field(string code) =>
        new() { ["category"] = "MEASURE", ["code"] = code, ["name"] = code, ["unit"] = "1" };

    private static async Task PriceAsync(LiveServer server, string meter, string plan, string field, JsonObject part)
    {
        var aggregation = await server.CreateAsync("aggregations", new JsonObject
        {
            ["name"] = field,
            ["code"] = field,
            ["meterId"] = meter,
            ["targetField"] = field,
            ["aggregation"] = (string?)part["aggregation"] ?? "SUM",
            ["quantityPerUnit"] = part["quantityPerUnit"]?.DeepClone() ?? 1,
            ["rounding"] = (string?)part["rounding"] ?? "NONE",
            ["unit"] = "units",
        });
        await server.CreateAsync("pricings", new JsonObject
        {
            ["planId"] = plan,
            ["aggregationId"] = aggregation,
            ["startDate"] = "2020-01-01T00:00:00Z",
            ["cumulative"] = part["cumulative"]?.DeepClone() ?? true,
            ["pricingBands"] = part["pricingBands"]!.DeepClone(),
        });
    }

    /// <summary>Price bands from rows of lower limit, fixed price and unit price.</summary>
    internal static JsonArray Bands(params (decimal From, decimal Fixed, decimal Unit)[] bands) =>
    [
        .. bands.Select(band => new JsonObject
        {
            ["lowerLimit"] = band.From,
            ["fixedPrice"] = band.Fixed,
            ["unitPrice"] = band.Unit,
        }),
    ];
}
