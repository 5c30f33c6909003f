using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Bills;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Pricings;

/// <summary>What quantities would cost with a price that is not saved.</summary>
public sealed class PricingPreviewTests(SqliteServer server)
{
    [Theory]
    [InlineData(true, "0:5 10:15 15:22.5")] // 5 + 10 × 1, then 2.50 + 5 × 1
    [InlineData(false, "0:5 10:15 15:17.5")] // above 10, the second band prices all units
    public async Task Quantities_ArePricedByTheBandsTheyReach(bool cumulative, string expected)
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = await StoredAsync(client);
        pricing["cumulative"] = cumulative;
        pricing["pricingBands"] = new JsonArray(Band(0, 5, 1), Band(10, 2.5m, 1));

        var answer = (await client.PostAsync("pricings/preview", Asked(pricing, 0, 10, 15))).Object;

        string.Join(' ', answer["prices"]!.AsArray().Select(price => $"{price!["quantity"]}:{price["amount"]}"))
            .ShouldBe(expected);
        var bands = answer["prices"]![2]!["bands"]!.AsArray();
        bands.Count.ShouldBe(cumulative ? 2 : 1);
        bands[^1]!["lowerLimit"]!.ToString().ShouldBe("10");
        ((string?)answer["currency"]).ShouldNotBeNull();
    }

    [Fact]
    public async Task Faults_AreFoundInThePricing()
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = await StoredAsync(client);
        pricing["pricingBands"] = new JsonArray(Band(5, 0, 1));

        var rule = await client.PostAsync("pricings/preview", Asked(pricing, 1));
        pricing.Remove("startDate");
        var shape = await client.PostAsync("pricings/preview", Asked(pricing, 1));

        rule.Status.ShouldBe(HttpStatusCode.BadRequest);
        rule.Message.ShouldContain("pricing.pricingBands");
        shape.Message.ShouldContain("pricing.startDate");
    }

    [Fact]
    public async Task NewPricing_ThatOverlapsAStoredOne_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var pricing = await StoredAsync(client);
        pricing.Remove("id");

        var answer = await client.PostAsync("pricings/preview", Asked(pricing, 1));

        answer.Status.ShouldBe(HttpStatusCode.Conflict);
        answer.Message.ShouldContain("overlaps");
    }

    private static async Task<JsonObject> StoredAsync(ApiClient client)
    {
        await BilledAccount.MakePricedAsync(client, new MeteredUsage(client));
        return (await client.GetAsync("pricings")).Data.ShouldHaveSingleItem();
    }

    private static JsonObject Asked(JsonObject pricing, params IEnumerable<decimal> quantities) => new()
    {
        ["pricing"] = pricing.DeepClone(),
        ["quantities"] = new JsonArray([.. quantities.Select(quantity => (JsonNode)quantity)]),
    };

    private static JsonObject Band(decimal limit, decimal fixedPrice, decimal unitPrice) =>
        new() { ["lowerLimit"] = limit, ["fixedPrice"] = fixedPrice, ["unitPrice"] = unitPrice };
}
