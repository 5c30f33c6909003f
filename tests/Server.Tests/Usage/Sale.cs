using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>A plan with one price, sold to one account.</summary>
internal static class Sale
{
    /// <summary>The terms of an aggregation or compound aggregation, with more members.</summary>
    internal static string Terms(string code, string more) => $$"""
        {"name":"{{code}}","code":"{{code}}","rounding":"NONE","quantityPerUnit":1,"unit":"1",{{more}}}
        """;

    /// <summary>Puts an account on a plan with one price.</summary>
    /// <returns>The account's UUID.</returns>
    internal static async Task<string> MakeAsync(ApiClient client, string priced, string ofAccount = "")
    {
        var product = (await client.PostAsync("products", """{"name":"P","code":"p"}""")).Id;
        var template = (await client.PostAsync("plantemplates", $$"""
            {"name":"T","code":"t","productId":"{{product}}","currency":"USD","standingCharge":1,
              "billFrequency":"MONTHLY"}
            """)).Id;
        var plan = (await client.PostAsync(
            "plans", $$"""{"name":"L","code":"l","planTemplateId":"{{template}}"}""")).Id;
        (await client.PostAsync("pricings", $$"""
            {"planId":"{{plan}}","startDate":"2026-01-01T00:00:00Z",{{priced}},
              "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
            """)).Status.ShouldBe(HttpStatusCode.OK);
        var account = (await client.PostAsync(
            "accounts", $$"""{"name":"Acme","code":"acme","emailAddress":"a@example.com"{{ofAccount}}}""")).Id;
        (await client.PostAsync("accountplans", $$"""
            {"accountId":"{{account}}","planId":"{{plan}}","startDate":"2026-01-01T00:00:00Z"}
            """)).Status.ShouldBe(HttpStatusCode.OK);
        return account;
    }

    /// <summary>Bills January 2026 for an account.</summary>
    /// <returns>The bill job when it is complete.</returns>
    internal static async Task<JsonObject> BillAsync(ApiClient client, string account)
    {
        var id = (await client.PostAsync(
            "billjobs", $$"""{"accountIds":["{{account}}"],"billDate":"2026-02-01"}""")).Id;
        JsonObject job;
        do
            job = (await client.GetAsync($"billjobs/{id}")).Object;
        while ((string?)job["status"] != "COMPLETE");
        return job;
    }

    /// <summary>The usage line of the only bill of a job; null if it has none.</summary>
    internal static async Task<JsonNode?> UsageLineAsync(ApiClient client, JsonObject job)
    {
        (job["failures"]?.ToJsonString()).ShouldBeNull();
        var bill = (await client.GetAsync($"bills/{job["billIds"]![0]}")).Object;
        return bill["lineItems"]!.AsArray().SingleOrDefault(line => (string)line!["lineItemType"]! == "USAGE");
    }
}
