using System.Text.Json.Nodes;

namespace Tallystick.Acceptance.Tests;

/// <summary>What a bill keeps when it is calculated again.</summary>
public sealed class RecalculationTests
{
    private static readonly string[] OfEachCalculation =
        ["version", "billJobId", "lastCalculatedDate", "dtLastModified", "lastModifiedBy"];

    [Fact]
    public async Task Recalculation_OfABillThatItsJobSetUp_GivesTheSameBill()
    {
        using var server = new LiveServer();
        var account = (await SetUpAsync(server, "one"))[0];
        await server.CreateAsync("picklists/currency", new JsonObject { ["name"] = "Yen", ["code"] = "JPY" });
        // Monthly from the 15th in New York, in yen: nothing of it is the organization's.
        await server.RunAsync("billjobs", new JsonObject
        {
            ["accountIds"] = new JsonArray(account),
            ["lastDateInBillingPeriod"] = "2026-03-14",
            ["monthEpoch"] = "2025-12-15",
            ["timezone"] = "America/New_York",
            ["targetCurrency"] = "JPY",
            ["currencyConversions"] = new JsonArray(
                new JsonObject { ["from"] = "USD", ["to"] = "JPY", ["multiplier"] = 150 }),
            ["dueDate"] = "2026-05-05",
            ["externalInvoiceDate"] = "2026-03-20",
        });
        var before = await LatestAsync(server, account);
        ((string?)before["startDate"], (decimal)before["billTotal"]!, (string?)before["dueDate"])
            .ShouldBe(("2026-02-15", 1_500m, "2026-05-05")); // 10 USD x 150
        var organization = await server.GetAsync("organizationconfig");
        organization["monthEpoch"] = "2025-12-20";
        organization["timezone"] = "Asia/Tokyo";
        await server.PutAsync("organizationconfig", organization);

        for (var time = 0; time < 2; time++)
            await server.RunAsync("billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(IdOf(before)) });

        var after = await LatestAsync(server, account);
        ((long)after["version"]!).ShouldBe(3);
        Lasting(after).ShouldBe(Lasting(before));
    }

    [Fact]
    public async Task InvoiceNumbers_OfNewBills_CountOnAndStay()
    {
        using var server = new LiveServer();
        var accounts = await SetUpAsync(server, "one", "two", "three");
        await BillAsync(server, accounts[0], "2026-02-01");
        await NumberAsync(server, "INVOICE-", 100);
        await BillAsync(server, accounts[1], "2026-02-01");
        await BillAsync(server, accounts[1], "2026-03-01");
        await BillAsync(server, accounts[1], "2026-03-01"); // made again, and the one before the prefix as well
        await BillAsync(server, accounts[0], "2026-02-01");
        await NumberAsync(server, "A", 7);
        await BillAsync(server, accounts[2], "2026-02-01");

        var numbers = new List<string?>();
        foreach (var account in accounts)
        {
            var bills = (await server.GetAsync($"bills/accountid/{account}"))["data"]!.AsArray();
            numbers.AddRange(bills.Reverse().Select(bill => (string?)bill!["sequentialInvoiceNumber"]));
        }
        numbers.ShouldBe([null, "INVOICE-101", "INVOICE-102", "A8"]);
    }

    private static Task<IReadOnlyList<string>> SetUpAsync(LiveServer server, params string[] codes)
    {
        var free = PricedAccounts.Bands((0, 0, 1));
        return PricedAccounts.SetUpAsync(
            server,
            codes,
            "2026-01-01T00:00:00Z",
            new JsonObject { ["pricingBands"] = free },
            new JsonObject { ["pricingBands"] = free.DeepClone() });
    }

    private static Task BillAsync(LiveServer server, string account, string billDate) => server.RunAsync(
        "billjobs", new JsonObject { ["accountIds"] = new JsonArray(account), ["billDate"] = billDate });

    private static async Task NumberAsync(LiveServer server, string prefix, int start)
    {
        var organization = await server.GetAsync("organizationconfig");
        organization["billPrefix"] = prefix;
        organization["sequenceStartNumber"] = start;
        await server.PutAsync("organizationconfig", organization);
    }

    private static Task<JsonObject> LatestAsync(LiveServer server, string account) =>
        server.GetAsync($"bills/latest/{account}");

    private static string IdOf(JsonObject bill) => (string)bill["id"]!;

    private static string Lasting(JsonObject bill)
    {
        foreach (var name in OfEachCalculation)
            bill.Remove(name);
        return bill.ToJsonString();
    }
}
