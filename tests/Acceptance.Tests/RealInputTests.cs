using System.Globalization;
using System.Text.Json.Nodes;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests;

/// <summary>One hour of real requests, billed, against arithmetic done here by hand.</summary>
public sealed class RealInputTests
{
    private const int Accounts = 5;
    private static readonly (decimal From, decimal Fixed, decimal Unit)[] Tiered =
        [(0, 0, 0.0125m), (1000, 2.5m, 0.0111m), (3000, 0, 0.0097m)];

    private static readonly (decimal From, decimal Fixed, decimal Unit)[] Volume =
        [(0, 0, 0.33m), (45, 1.25m, 0.2875m)];

    [Fact]
    public async Task RealUsage_SubmittedTwiceAndRecalculated_GivesTheBillsOfPlainArithmetic()
    {
        var path = Path.Combine(Repository.Shared, "data", "llm-inference-code-2023.csv");
        if (!File.Exists(path))
        {
            TestContext.Current.AddWarning($"The real input is not at {path}: nothing is billed.");
            return;
        }
        var rows = File.ReadLines(path).Skip(1).Select(line => line.Trim().Split(',')).ToList();
        rows.Count.ShouldBe(8819);
        using var server = new LiveServer();
        var accounts = await PricedAccounts.SetUpAsync(
            server,
            [.. Enumerable.Range(0, Accounts).Select(CodeOf)],
            "2023-11-07T00:00:00Z",
            new JsonObject
            {
                ["quantityPerUnit"] = 1000,
                ["rounding"] = "UP",
                ["pricingBands"] = PricedAccounts.Bands(Tiered),
            },
            new JsonObject
            {
                ["quantityPerUnit"] = 1000,
                ["cumulative"] = false,
                ["pricingBands"] = PricedAccounts.Bands(Volume),
            });

        await SubmitAsync(server, [.. rows.Select(Measurement)], batch: 1000);
        await server.RunAsync(
            "billjobs", new JsonObject { ["accountIds"] = Ids(accounts), ["billDate"] = "2023-12-01" });
        var bills = await BillsAsync(server, accounts);

        for (var account = 0; account < Accounts; account++)
            Compare(bills[account], [.. rows.Where((_, row) => row % Accounts == account)]);
        Sum(bills, "context").ShouldBe(18_059_974);
        Sum(bills, "generated").ShouldBe(245_896);

        await SubmitAsync(server, [.. rows.Select(Measurement).Reverse()], batch: 617);
        await server.RunAsync(
            "billjobs/recalculate", new JsonObject { ["billIds"] = Ids(bills.Select(bill => (string)bill["id"]!)) });
        var again = await BillsAsync(server, accounts);

        foreach (var (before, after) in bills.Zip(again))
        {
            after["id"]!.ToJsonString().ShouldBe(before["id"]!.ToJsonString());
            after["billTotal"]!.ToJsonString().ShouldBe(before["billTotal"]!.ToJsonString());
            after["lineItems"]!.ToJsonString().ShouldBe(before["lineItems"]!.ToJsonString());
        }
    }

    // The plan began on 7 November: 24 of 30 days of 10.00 are 8.00.
    private static void Compare(JsonObject bill, IReadOnlyList<string[]> rows)
    {
        var lines = PricedAccounts.Lines(bill);
        var context = rows.Sum(row => decimal.Parse(row[1], CultureInfo.InvariantCulture));
        var generated = rows.Sum(row => decimal.Parse(row[2], CultureInfo.InvariantCulture));
        var units = decimal.Ceiling(context / 1000);
        var tiered = 0m;
        for (var band = 0; band < Tiered.Length && units > Tiered[band].From; band++)
        {
            var upTo = band + 1 < Tiered.Length ? Math.Min(units, Tiered[band + 1].From) : units;
            tiered += Tiered[band].Fixed + ((upTo - Tiered[band].From) * Tiered[band].Unit);
        }
        var reached = Volume.Last(band => generated / 1000 > band.From);
        var volume = reached.Fixed + (generated / 1000 * reached.Unit);

        lines.Count.ShouldBe(3);
        Amount(lines["Standing Charge"], "subtotal").ShouldBe(8.00m);
        Amount(lines["context"], "units").ShouldBe(units);
        Amount(lines["context"], "subtotal").ShouldBe(Cents(tiered));
        Amount(lines["generated"], "quantity").ShouldBe(generated);
        Amount(lines["generated"], "subtotal").ShouldBe(Cents(volume));
        Amount(bill, "billTotal").ShouldBe(8.00m + Cents(tiered) + Cents(volume));
    }

    private static decimal Cents(decimal amount) => decimal.Round(amount, 2, MidpointRounding.AwayFromZero);

    private static decimal Amount(JsonObject of, string member) =>
        decimal.Parse(of[member]!.ToJsonString(), CultureInfo.InvariantCulture);

    private static decimal Sum(IEnumerable<JsonObject> bills, string line) =>
        bills.Sum(bill => Amount(PricedAccounts.Lines(bill)[line], "quantity"));

    private static string CodeOf(int account) => $"team {account}";

    private static JsonObject Measurement(string[] row, int index) => new()
    {
        ["uid"] = $"row-{index}",
        ["meter"] = PricedAccounts.Meter,
        ["account"] = CodeOf(index % Accounts),
        ["ts"] = row[0].Replace(' ', 'T') + "Z",
        ["measure"] = new JsonObject { ["context"] = JsonNode.Parse(row[1]), ["generated"] = JsonNode.Parse(row[2]) },
    };

    private static async Task SubmitAsync(LiveServer server, IReadOnlyList<JsonObject> measurements, int batch)
    {
        foreach (var chunk in measurements.Chunk(batch))
            await server.PostAsync("measurements", new JsonObject { ["measurements"] = new JsonArray([.. chunk]) });
    }

    private static async Task<IReadOnlyList<JsonObject>> BillsAsync(LiveServer server, IReadOnlyList<string> accounts)
    {
        var bills = new List<JsonObject>();
        foreach (var account in accounts)
            bills.Add(await server.GetAsync($"bills/latest/{account}"));
        return bills;
    }

    private static JsonArray Ids(IEnumerable<string> ids) => [.. ids.Select(id => (JsonNode)id)];
}
