using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.LookupTables;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Numbers as programs print them, with up to 28 decimal places, are kept digit for digit.</summary>
public sealed class PrintedNumberTests(SqliteServer shared)
{
    // 1/3600 as JavaScript and Python print it.
    private const string Second = "0.0002777777777777778";
    private const string Max = "0.1234567890123456789012345678";
    private const int Seconds = 3600;

    [Fact]
    public async Task Usage_OfAnHourInSeconds_IsSummedAndBilledExactly()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("machine", "measure.hours");
        var account = await PricedAccountAsync(client, meter, "7.250000000000000000000000001");
        foreach (var batch in Enumerable.Range(0, Seconds).Chunk(900))
            (await client.PostAsync("measurements", Batch(batch))).Status.ShouldBe(HttpStatusCode.OK);

        var answer = await usage.QueryAsync(
            $"\"aggregations\":[{MeteredUsage.Aggregation(meter, "hours", "SUM")},"
                + $"{MeteredUsage.Aggregation(meter, "hours", "MAX")}]");
        var line = await BilledLineAsync(client, account);

        // 3,600 times 0.0002777777777777778
        MeteredUsage.Rows(answer)
            .ShouldBe([$"{{'machine.hours.SUM':1.00000000000000008,'machine.hours.MAX':{Second}}}"]);
        line["quantity"]!.ToJsonString().ShouldBe("1.00000000000000008");
        line["units"]!.ToJsonString().ShouldBe("1.00000000000000008");
        line["averageUnitPrice"]!.ToJsonString().ShouldBe("7.250000000000000000000000001");
        line["subtotal"]!.ToJsonString().ShouldBe("7.25");
    }

    [Theory]
    [InlineData("2.777777777777778e-7", "0.0000002777777777777778")]
    [InlineData("-1E-28", "-0.0000000000000000000000000001")]
    [InlineData("0.9999999999999999999999999999", "0.9999999999999999999999999999")]
    [InlineData("-999999999.9999999999999999999", "-999999999.9999999999999999999")]
    [InlineData("1e27", "1000000000000000000000000000")]
    public async Task Measurement_AtTheEdge_IsAnsweredDigitForDigit(string sent, string kept)
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        await usage.MeterAsync("calls", "measure.n");

        await usage.SubmitAsync($"calls acme 2025-03-01 measure.n={sent}");

        (await usage.QueryAsync("\"limit\":10")).Data.Single()["n"]!.ToJsonString().ShouldBe(kept);
    }

    [Theory]
    [InlineData("1e-29")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("1.0000000000000000000000000001")]
    [InlineData("1e28")]
    public async Task Number_PastTheEdge_IsRefusedByName(string number)
    {
        using var client = await shared.NewOrganizationAsync();

        var measurement = await new MeteredUsage(client).PostAsync(
            MeteredUsage.Measurement($"calls acme 2025-03-01 measure.n={number}", "u"));
        var product = await client.PostAsync(
            "products", $$$"""{"name":"n","code":"c","customFields":{"x":{{{number}}}}}""");

        const string rule = "must have at most 28 significant digits and at most 28 decimal places";
        measurement.Status.ShouldBe(HttpStatusCode.BadRequest);
        measurement.Message.ShouldContain($"measurements[0].measure.n: {rule}");
        product.Status.ShouldBe(HttpStatusCode.BadRequest);
        product.Faults.ShouldBe(["digits customFields.x"]);
        product.Message.ShouldContain(rule);
    }

    [Fact]
    public async Task CustomFieldsPricesBalancesAndLookups_WithMostPlaces_AreReadBackDigitForDigit()
    {
        using var client = await shared.NewOrganizationAsync();
        var meter = await new MeteredUsage(client).MeterAsync("machine", "measure.hours");
        var pricing = await PricingAsync(client, meter, Max);
        var product = await FullSamples.CreateAsync(client, "products", FullSamples.Parse(
            $$$"""{"name":"n","code":"c","customFields":{"x":-{{{Max}}},"y":1e-28}}"""));
        var balance = await BalanceSamples.PlainAsync(client);
        (await client.PostAsync($"balances/{balance}/transactions", $$"""{"amount":{{Max}}}"""))
            .Status.ShouldBe(HttpStatusCode.OK);
        var lookup = await LookupSetup.MakeAsync(client, LookupSetup.ByTierAndCountry);
        await lookup.PutAsync($$"""[{"tier":{{Max}},"country":"UK","rate":{{Second}}}]""");

        (await client.GetAsync($"pricings/{pricing}")).Object["pricingBands"]![0]!["unitPrice"]!.ToJsonString()
            .ShouldBe(Max);
        (await client.GetAsync($"products/{product}")).Object["customFields"]!.ToJsonString()
            .ShouldBe($$"""{"x":-{{Max}},"y":0.0000000000000000000000000001}""");
        (await client.GetAsync($"balances/{balance}")).Object["amount"]!.ToJsonString().ShouldBe(Max);
        string[] items = [$$"""{"tier":{{Max}},"country":"UK","rate":{{Second}}}"""];
        (await lookup.ItemsAsync()).ShouldBe(items);
        LookupSetup.Items(await client.GetAsync($"{lookup.Data}/{Max},UK")).ShouldBe(items);
        await lookup.UploadAsync($"tier,country,rate\n1e-28,FR,{Max}\n", "text/csv");
        (await lookup.ItemsAsync()).ShouldContain(
            item => item.Contains($"\"rate\":{Max}", StringComparison.Ordinal)
                && item.Contains("\"tier\":0.0000000000000000000000000001", StringComparison.Ordinal));
    }

    private static JsonObject Batch(IEnumerable<int> seconds) => new()
    {
        ["measurements"] = new JsonArray([.. seconds.Select(second => MeteredUsage.Measurement(
            FormattableString.Invariant(
                $"machine acme 2025-03-01T00:{second / 60:D2}:{second % 60:D2}Z measure.hours={Second}"),
            $"second {second}"))]),
    };

    private static async Task<string> PricedAccountAsync(ApiClient client, string meter, string price)
    {
        var pricing = await PricingAsync(client, meter, price);
        var plan = (string)(await client.GetAsync($"pricings/{pricing}")).Object["planId"]!;
        var account = await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
            """{"name":"Acme","code":"acme","emailAddress":"acme@example.com"}"""));
        await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
            $$"""{"accountId":"{{account}}","planId":"{{plan}}","startDate":"2025-03-01T00:00:00Z"}"""));
        return account;
    }

    private static async Task<string> PricingAsync(ApiClient client, string meter, string price)
    {
        var product = await FullSamples.ProductAsync(client, "machines");
        var template = await FullSamples.CreateAsync(client, "plantemplates", FullSamples.Parse($$"""
            {"productId":"{{product}}","name":"Monthly","currency":"USD","standingCharge":0,"billFrequency":"MONTHLY"}
            """));
        var plan = await FullSamples.CreateAsync(client, "plans", FullSamples.Parse(
            $$"""{"name":"Plan","code":"plan","planTemplateId":"{{template}}"}"""));
        var aggregation = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Hours","code":"hours","meterId":"{{meter}}","targetField":"hours","aggregation":"SUM",
              "quantityPerUnit":1,"rounding":"NONE","unit":"hours"}
            """));
        return await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{plan}}","aggregationId":"{{aggregation}}","startDate":"2025-01-01T00:00:00Z",
              "cumulative":true,"pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":{{price}}}]}
            """));
    }

    private static async Task<JsonObject> BilledLineAsync(ApiClient client, string account)
    {
        var job = (await client.PostAsync("billjobs", new JsonObject
        {
            ["accountIds"] = new JsonArray(account),
            ["billDate"] = "2025-04-01",
        })).Object;
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;
        (job["failures"]?.ToJsonString()).ShouldBeNull();
        var bill = (await client.GetAsync($"bills/{job["billIds"]![0]}")).Object;
        return bill["lineItems"]!.AsArray().Select(line => line!.AsObject())
            .Single(line => (string?)line["lineItemType"] == "USAGE");
    }
}
