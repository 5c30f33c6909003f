using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.CustomFields;

namespace Tallystick.Billing.Tests;

/// <summary>Compound aggregations on bills (metering reference 10), at a price of 1 for each unit.</summary>
public sealed class CompoundUsageTests
{
    private static readonly string[] Cities = ["Bonn", "Rome"];

    [Theory]
    // The published examples, with brackets where the first one needs them.
    [InlineData("(aggregation.watch + aggregation.test + aggregation.live) / 60", "watch=600 test=1200 live=1800", 60)]
    [InlineData("aggregation.watch + aggregation.test + aggregation.live / 60", "watch=600 test=1200 live=1800", 1830)]
    [InlineData("Math.max(20 * aggregation.users - aggregation.logins, 0)", "users=3 logins=50", 10)]
    [InlineData("aggregation.requests - aggregation.apps * 100", "requests=1000 apps=3", 700)]
    // Base values, whatever the units of the aggregations are.
    [InlineData("aggregation.tens", "tens=100", 100)]
    // Nulls: one that is missing takes the whole away, a default value does not.
    [InlineData("aggregation.requests + 5", "requests=null", null)]
    [InlineData("isnull(aggregation.requests, 0) + 5", "requests=null", null)]
    [InlineData("aggregation.defaulted + 5", "defaulted=null", 7)]
    // A calculation that names no aggregation is always evaluated.
    [InlineData("12", "", 12)]
    [InlineData("billingPeriod.days * 2", "", 62)]
    [InlineData("billingPeriod.start.month + billingPeriod.end.month", "", 3)]
    [InlineData("isnull(null, null)", "", null)]
    // Custom fields: of the entity, else of the organization; of meters always of the organization.
    [InlineData("account.rate * 10 + account.customFields.other", "", 37)]
    [InlineData("meter.rate + aggregation.customFields.rate + compoundAggregation.rate", "", 111)]
    public void Compound_OfQuantities_GivesItsOwn(string calculation, string quantities, int? expected) =>
        Lines(Price(calculation), quantities).ShouldBe(expected is { } units
            ? [$"USAGE 2025-01-01..2025-02-01 {units}.00"] : []);

    [Theory]
    // The first 100 requests of each hosted application are free: 700 of 1,000 at 0.50.
    [InlineData("aggregation.requests - (aggregation.apps * 100)", "requests=1000 apps=3", "0: 0 + 0.5", 350)]
    // 10 USD for each login short of 20 a user: 3 x 20 - 50 = 10 logins. (Published as a credit.)
    [InlineData("Math.max(20 * aggregation.users - aggregation.logins, 0)", "users=3 logins=50", "0: 0 + 10", 100)]
    [InlineData("Math.max(20 * aggregation.users - aggregation.logins, 0)", "users=3 logins=61", "0: 0 + 10", 0)]
    public void Compound_OfAPublishedExample_CostsItsAmount(
        string calculation, string quantities, string bands, int total) =>
        Bill(Price(calculation, bands: bands), quantities).BillTotal.ShouldBe(total);

    [Fact]
    public void Compound_ThatEvaluatesNulls_IsEvaluatedWithoutUsage() =>
        Lines(
            Price("isnull(aggregation.requests, 0) + 5", compound => compound with { EvaluateNullAggregations = true }),
            "requests=null").ShouldBe(["USAGE 2025-01-01..2025-02-01 5.00"]);

    [Fact]
    public void Compound_WithUnitsOfItsOwn_DividesAndRoundsItsQuantity()
    {
        var bill = Bill(
            Price("aggregation.tens * 2", compound => compound with { QuantityPerUnit = 60, Rounding = Rounding.Up }),
            "tens=100");

        var line = bill.LineItems.ShouldHaveSingleItem();
        (line.Quantity, line.Units, line.Subtotal).ShouldBe((200m, 4m, 4m));
        (line.AggregationId, line.CompoundAggregationId, line.MeterId).ShouldBe((null, "compound-1", null));
    }

    [Fact]
    public void Compound_OfOneSegmentedAggregation_IsPricedBySegment()
    {
        var terms = Price("aggregation.byCity * aggregation.requests", segment: "Rome");

        var needs = BillCalculation.Begin(Scenario.Input("2025-02-01", On(terms))).Needs;
        needs.Select(need => (need.Aggregation.Code, need.SegmentIndex)).ShouldBe([("byCity", 1), ("requests", null)]);
        var line = Bill(terms, "byCity=3 requests=5").LineItems.ShouldHaveSingleItem();
        (line.Subtotal, line.Description, line.Segment!["city"]).ShouldBe((15m, "Compound (Rome)", "Rome"));
    }

    [Fact]
    public void Compound_WhoseTiersSpanThePlan_AddsTheResultOfEachPeriod()
    {
        // The days of the period: 31 in January and 28 in February count before March, which has 31.
        var terms = Price("billingPeriod.days", bands: "0: 0 + 1; 60: 0 + 0.5");
        terms = terms with { Pricing = terms.Pricing with { TiersSpanPlan = true } };

        var bill = Scenario.Input("2025-04-01", On(terms)).Bill(_ => null);

        bill.ShouldHaveLines("USAGE 2025-03-01..2025-04-01 16.00"); // from 59 to 90: 1 x 1 + 30 x 0.5
    }

    [Fact]
    public void Compound_OfAggregationsWithoutACommonSegment_TakesTheirWholeUsage()
    {
        var needs = BillCalculation.Begin(
            Scenario.Input("2025-02-01", On(Price("aggregation.byCity + aggregation.byKind")))).Needs;

        needs.Select(need => need.SegmentIndex).ShouldBe([null, null]);
    }

    [Fact]
    public void Compound_ThatFails_RefusesTheBillByName() =>
        Should.Throw<BillRefusedException>(() => Bill(Price("1 / aggregation.requests"), "requests=0"))
            .Message.ShouldBe("Account acme, plan plan-1, pricing pricing-1: the compound aggregation 'compound' "
                + "cannot be computed: at column 3: division by zero.");

    [Fact]
    public void Compound_AskedForASegmentThatItHasNot_IsRefused() =>
        Should.Throw<BillRefusedException>(() => Bill(Price("aggregation.byCity", segment: "Oslo"), "byCity=1"))
            .Message.ShouldContain("its segment is not a segment of its aggregation");

    private static CalculatedBill Bill(PricingTerms terms, string quantities)
    {
        var values = quantities.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('='))
            .ToDictionary(
                one => one[0], one => one[1] == "null" ? (decimal?)null : decimal.Parse(one[1], null));
        return Scenario.Input("2025-02-01", On(terms)).Bill(need => values[need.Aggregation.Code!]);
    }

    private static string[] Lines(PricingTerms terms, string quantities) => [.. Bill(terms, quantities).Lines()];

    private static AccountPlanTerms On(PricingTerms terms) => Scenario.On("2025-01-01", pricings: terms);

    private static PricingTerms Price(
        string calculation, Func<CompoundAggregation, CompoundAggregation>? change = null, string? segment = null,
        string bands = "0: 0 + 1")
    {
        var compound = new CompoundAggregation
        {
            Id = "compound-1",
            Name = "Compound",
            Code = "compound",
            Calculation = calculation,
            Rounding = Rounding.None,
            QuantityPerUnit = 1,
            Unit = "unit",
            CustomFields = new Dictionary<string, CustomFieldValue> { ["rate"] = new(null, 100) },
        };
        var loaded = new CompoundCalculation(change?.Invoke(compound) ?? compound, Aggregations, Defaults);
        var terms = Scenario.Price(
            bands, segment: segment is null ? null : new Dictionary<string, string> { ["city"] = segment });
        return new PricingTerms(
            terms.Pricing with { AggregationId = null, CompoundAggregationId = "compound-1" },
            new CompoundQuantity(loaded, [.. loaded.Aggregations.Select(_ => Scenario.Meter)]));
    }

    private static CustomFieldDefaults Defaults { get; } = new()
    {
        Account = new Dictionary<string, CustomFieldValue> { ["rate"] = new(null, 3), ["other"] = new(null, 7) },
        Meter = new Dictionary<string, CustomFieldValue> { ["rate"] = new(null, 1) },
        Aggregation = new Dictionary<string, CustomFieldValue> { ["rate"] = new(null, 10) },
        CompoundAggregation = new Dictionary<string, CustomFieldValue> { ["rate"] = new(null, 5) },
    };

    private static IReadOnlyList<Aggregation> Aggregations { get; } =
    [
        .. new[] { "watch", "test", "live", "users", "logins", "requests", "apps" }.Select(Simple),
        Simple("tens") with { QuantityPerUnit = 10, Rounding = Rounding.Up },
        Simple("defaulted") with { DefaultValue = 2 },
        Simple("byCity") with
        {
            SegmentedFields = ["city"],
            Segments = [.. Cities.Select(city => new Dictionary<string, string> { ["city"] = city })],
        },
        Simple("byKind") with
        {
            SegmentedFields = ["kind"],
            Segments = [new Dictionary<string, string> { ["kind"] = "x" }],
        },
    ];

    private static Aggregation Simple(string code) =>
        Scenario.Calls with { Id = "aggregation-" + code, Name = code, Code = code };
}
