using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>What other prices would do to the bills of past periods, without saving anything.</summary>
public sealed class WhatIfTests(SqliteServer server)
{
    [Fact]
    public async Task PriceDoubled_ForOneAccount_ShowsBothBillsAndTheDifference()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);

        var result = (await client.PostAsync("bills/whatif", Asked(pricing, 2, account.Id))).Object;

        Line(result["totals"]![0]!).ShouldBe("88 116 28"); // January: 30 + 14 and 30 + 28; February likewise
        result["totals"]![0]!["changedBills"]!.ToString().ShouldBe("2");
        var changed = result["accounts"]!.AsArray().ShouldHaveSingleItem()!;
        Line(changed).ShouldBe("88 116 28");
        var bills = changed["bills"]!.AsArray();
        bills.Select(bill => (string)bill!["billDate"]!).ShouldBe(["2025-02-01", "2025-03-01"]);
        bills[0]!["before"]!["billTotal"]!.ToString().ShouldBe("44");
        bills[0]!["after"]!["billTotal"]!.ToString().ShouldBe("58");
        var line = bills[0]!["difference"]!["lines"]!.AsArray().ShouldHaveSingleItem()!;
        (line["change"]!.ToString(), line["convertedChange"]!.ToString()).ShouldBe(("CHANGED", "14"));
        (await client.GetAsync("bills")).Data.ShouldBeEmpty();
        (await client.GetAsync($"pricings/{pricing["id"]}")).Object.ToJsonString().ShouldBe(pricing.ToJsonString());
    }

    [Fact]
    public async Task PriceDoubled_ForAllAccounts_ListsThoseThatChange()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        await BilledAccount.MakeAsync(client, "other"); // on another plan

        var result = (await client.PostAsync("bills/whatif", Asked(pricing, 2))).Object;

        Line(result["totals"]![0]!).ShouldBe("148 176 28");
        (result["totals"]![0]!["bills"]!.ToString(), result["totals"]![0]!["changedBills"]!.ToString())
            .ShouldBe(("4", "2"));
        var changed = result["accounts"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)changed["accountId"]!).ShouldBe(account.Id);
        changed.AsObject().ContainsKey("bills").ShouldBeFalse();
    }

    [Fact]
    public async Task PriceThatEndsAndAnotherThatBegins_AreRatedEachInItsTime()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        var ended = pricing.DeepClone().AsObject();
        ended["endDate"] = "2025-02-01T00:00:00Z";
        var next = pricing.DeepClone().AsObject();
        next.Remove("id");
        next["startDate"] = "2025-02-01T00:00:00Z";
        next["pricingBands"]![0]!["unitPrice"] = 3;
        var asked = Asked(pricing, 1, account.Id);
        asked["pricings"] = new JsonArray(ended, next);

        var result = (await client.PostAsync("bills/whatif", asked)).Object;

        result["accounts"]![0]!["bills"]!.AsArray().Select(bill => bill!["difference"]!["change"]!.ToString())
            .ShouldBe(["0", "28"]);
    }

    [Fact]
    public async Task StandingChargeOfThePlan_CanChangeToo()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, _) = await UsedAsync(client);
        var plan = (await client.GetAsync($"plans/{account.PlanId}")).Object;
        plan["standingCharge"] = 10;
        var asked = Dated(account.Id);
        asked["plans"] = new JsonArray(plan.DeepClone());

        Line((await client.PostAsync("bills/whatif", asked)).Object["totals"]![0]!).ShouldBe("88 48 -40");
    }

    [Theory]
    [InlineData("pricings", "[]", "at least one change")]
    [InlineData("endDate", "\"2025-02-01\"", "endDate")]
    [InlineData("endDate", "\"2030-02-01\"", "at most 366 days")]
    [InlineData("accountIds", "[\"unknown\"]", "accountIds[0]")]
    [InlineData("pricings", "[{\"id\":\"0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a\"}]", "pricings[0].startDate")]
    [InlineData("startDate", "\"soon\"", "startDate")]
    [InlineData("pricings", """
        [{"planId":"0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a","aggregationId":"0b0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a",
          "startDate":"2025-01-01T00:00:00Z","pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}]
        """, "pricings[0].planId")]
    public async Task Request_Invalid_IsRefusedByName(string member, string value, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        var asked = Asked(pricing, 2, account.Id);
        asked[member] = JsonNode.Parse(value);

        var answer = await client.PostAsync("bills/whatif", asked);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldContain(fault);
    }

    [Theory]
    [InlineData("billing:bill/item/0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a", HttpStatusCode.Forbidden)]
    [InlineData("config:pricing/item/{pricing}", HttpStatusCode.BadRequest)]
    public async Task CallerWhoMayNotRetrieveWhatIsShown_IsRefused(string denied, HttpStatusCode expected)
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        using var principal = await Principal.MakeAsync(
            client, "allow all *",
            $"deny config:retrieve {denied.Replace("{pricing}", (string)pricing["id"]!, StringComparison.Ordinal)}");

        (await principal.Client.PostAsync("bills/whatif", Asked(pricing, 2, account.Id))).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task CallerWhoMayRetrieveOneBillOnly_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        using var principal = await Principal.MakeAsync(
            client,
            "allow config:retrieve config:account,config:pricing,config:counterPricing,config:plan,config:planTemplate",
            $"allow config:retrieve billing:bill/item/{Guid.NewGuid()}");

        (await principal.Client.PostAsync("bills/whatif", Asked(pricing, 2, account.Id))).Status
            .ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task BillThatFailsAfterTheChange_IsAFailureAndCountsOnNeitherSide()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        await new MeteredUsage(client).PostAsync(
            MeteredUsage.Measurement("calls billed 2025-01-12T00:00:00Z measure.n=986", "more"));

        // The 1000 calls of January have an amount of 30 digits at this price, the 14 of February one of 28.
        var result = (await client.PostAsync(
            "bills/whatif", Asked(pricing, 500_000_000_000_000_000_000_000_000m, account.Id))).Object;

        var total = result["totals"]!.AsArray().ShouldHaveSingleItem()!;
        (total["bills"]!.ToString(), total["before"]!.ToString(), total["after"]!.ToString())
            .ShouldBe(("1", "44", "7000000000000000000000000030"));
        result["accounts"]!.AsArray().ShouldHaveSingleItem()!["bills"]!.AsArray().ShouldHaveSingleItem();
        ((string)result["failures"]!.AsArray().ShouldHaveSingleItem()!["message"]!).ShouldContain("too many digits");
    }

    [Fact]
    public async Task SumOfBills_OfTooManyDigits_IsAConflict()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var plan = (await client.GetAsync($"plans/{account.PlanId}")).Object;
        plan["standingCharge"] = 9_000_000_000_000_000_000_000_000_000m;
        var asked = Dated(account.Id);
        asked["endDate"] = "2026-01-02";
        asked["plans"] = new JsonArray(plan.DeepClone());

        var answer = await client.PostAsync("bills/whatif", asked);

        answer.Status.ShouldBe(HttpStatusCode.Conflict);
        answer.Message.ShouldContain("more than 28 digits");
    }

    [Fact]
    public async Task EntityChangedTwice_IsRefusedByName()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        var asked = Asked(pricing, 2, account.Id);
        asked["pricings"]!.AsArray().Add(pricing.DeepClone());

        var answer = await client.PostAsync("bills/whatif", asked);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldContain("pricings[1].id");
    }

    [Fact]
    public async Task ChangedEntity_IsCompletedAsWhenItIsSaved()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        var asked = Asked(pricing, 2, account.Id);
        asked["pricings"]![0]!["planTemplateId"] = ""; // clients send an unused reference as an empty string

        var result = (await client.PostAsync("bills/whatif", asked)).Object;

        Line(result["totals"]![0]!).ShouldBe("88 116 28");
    }

    [Fact]
    public async Task Draws_OfLaterUnlockedBills_AreTakenBack()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, pricing) = await UsedAsync(client);
        await FullSamples.CreateAsync(client, "commitments", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","amount":80,"currency":"USD","startDate":"2025-01-01","endDate":"2026-01-01"}
            """));
        await account.ShouldBeBilledAsync("2025-02-01"); // draws 44
        await account.ShouldBeBilledAsync("2025-03-01"); // draws 36
        var asked = Asked(pricing, 5, account.Id); // January: 30 + 70
        asked["endDate"] = "2025-02-02";

        Line((await client.PostAsync("bills/whatif", asked)).Object["totals"]![0]!).ShouldBe("0 20 20");
    }

    private static string Line(JsonNode total) => $"{total["before"]} {total["after"]} {total["change"]}";

    private static JsonObject Dated(params IEnumerable<string> accountIds)
    {
        var asked = new JsonObject { ["startDate"] = "2025-02-01", ["endDate"] = "2025-03-02" };
        if (accountIds.Any())
            asked["accountIds"] = new JsonArray([.. accountIds.Select(id => JsonValue.Create(id))]);
        return asked;
    }

    private static JsonObject Asked(JsonObject pricing, decimal unitPrice, params IEnumerable<string> accountIds)
    {
        var changed = pricing.DeepClone().AsObject();
        changed["pricingBands"]![0]!["unitPrice"] = unitPrice;
        var asked = Dated(accountIds);
        asked["pricings"] = new JsonArray(changed);
        return asked;
    }

    // 14 calls in January and 14 in February.
    private static async Task<(BilledAccount Account, JsonObject Pricing)> UsedAsync(ApiClient client)
    {
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync(
            "calls billed 2025-01-10T00:00:00Z measure.n=10", "calls billed 2025-01-11T00:00:00Z measure.n=4",
            "calls billed 2025-02-10T00:00:00Z measure.n=14");
        return (account, (await client.GetAsync("pricings")).Data.ShouldHaveSingleItem());
    }
}
