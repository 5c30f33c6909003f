using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class UsageTests
{
    private static readonly Aggregation BySite = Calls with
    {
        SegmentedFields = ["site", "tier"],
        Segments =
        [
            new Dictionary<string, string> { ["site"] = "UK", ["tier"] = "Basic" },
            new Dictionary<string, string> { ["site"] = "US", ["tier"] = "Basic" },
        ],
    };

    [Theory]
    [InlineData("tiered", "0: 0 + 1.00; 10: 0 + 0.80", true, "18.00")] // 10 x 1.00 + 10 x 0.80
    [InlineData("volume", "0: 0 + 1.00; 10: 0 + 0.80", false, "16.00")] // 20 x 0.80
    [InlineData("stairstep", "0: 5 + 0; 10: 30 + 0", false, "30.00")]
    [InlineData("custom tiered", "0: 5 + 1.00; 10: 3 + 0.80", true, "26.00")] // 5 + 10 + 3 + 8
    [InlineData("custom volume", "0: 5 + 1.00; 10: 3 + 0.80", false, "19.00")] // 3 + 16
    public void Usage_EachShape_IsRated(string shape, string bands, bool cumulative, string amount) =>
        Input("2025-02-01", On("2025-01-01", pricings: Price(bands, cumulative: cumulative))).Bill(20)
            .BillTotal.ShouldBe(Number(amount), shape);

    [Fact]
    public void Usage_Line_TellsHowItCameAbout()
    {
        var rounded = Calls with { QuantityPerUnit = 500, Rounding = Rounding.Up };
        var line = Input("2025-02-01", On("2025-01-01", pricings: Price("0: 0 + 0.25", aggregation: rounded)))
            .Bill(48_900).LineItems.Single();
        // 48,900 / 500 = 97.8, UP 98 units, x 0.25
        (line.Quantity, line.Units, line.Unit, line.AverageUnitPrice, line.Subtotal)
            .ShouldBe((48_900m, 98m, "call", 0.25m, 24.50m));
        var band = line.UsagePerPricingBand!.Single();
        (band.BandQuantity, band.BandUnits, band.UnitSubtotal, band.BandSubtotal, band.ConvertedBandSubtotal)
            .ShouldBe((48_900m, 98m, 24.50m, 24.50m, 24.50m));
        (line.PlanId, line.PricingId, line.AggregationId, line.MeterId, line.ProductName)
            .ShouldBe(("plan-1", "pricing-1", "aggregation-1", "meter-1", "Storage"));
        (line.ServicePeriodStartDate, line.ServicePeriodEndDate).ShouldBe((At("2025-01-01"), At("2025-02-01")));
    }

    [Fact]
    public void Usage_PriceChangesInsidePeriod_IsSplitAndStartsAtTheFirstBand()
    {
        // 20 units in each half, each from band 1: 10 x 1 + 10 x 0.5 = 15, and 10 x 2 + 10 x 1 = 30.
        var input = Input("2025-02-01", On("2025-01-01", pricings: [
            Price("0: 0 + 1; 10: 0 + 0.5", to: "2025-01-16"),
            Price("0: 0 + 2; 10: 0 + 1", from: "2025-01-16", id: "pricing-2")]));
        input.Bill(20).ShouldHaveLines(
            "USAGE 2025-01-01..2025-01-16 15.00",
            "USAGE 2025-01-16..2025-02-01 30.00");
    }

    [Fact]
    public void Usage_PlanSwitchInsidePeriod_HasTwoSetsOfLines()
    {
        var before = On("2025-01-01", "2025-01-20", pricings: Price("0: 5 + 1"));
        var after = On("2025-01-20", id: "2", pricings: Price("0: 0 + 2", id: "pricing-2"));
        Input("2025-02-01", before, after).Bill(10).ShouldHaveLines(
            "USAGE 2025-01-01..2025-01-20 15.00", // 5 + 10 x 1; the fixed price is not prorated
            "USAGE 2025-01-20..2025-02-01 20.00"); // 10 x 2
    }

    [Fact]
    public void Usage_PlanPricing_HidesTheTemplatesWhileItIsActive()
    {
        var input = Input("2025-02-01", On("2025-01-01", pricings: [
            Price("0: 0 + 1", ofTemplate: true, id: "of-template"),
            Price("0: 0 + 3", from: "2025-01-10", to: "2025-01-20", id: "of-plan")]));
        input.Bill(10).ShouldHaveLines(
            "USAGE 2025-01-01..2025-01-10 10.00",
            "USAGE 2025-01-10..2025-01-20 30.00",
            "USAGE 2025-01-20..2025-02-01 10.00");
    }

    [Fact]
    public void Usage_PlanPricingOfAnotherAggregation_HidesNothing()
    {
        var other = Calls with { Id = "aggregation-2", Name = "Bytes" };
        Input("2025-02-01", On("2025-01-01", pricings: [
            Price("0: 0 + 1", ofTemplate: true, id: "of-template"),
            Price("0: 0 + 3", id: "of-plan", aggregation: other)])).Bill(10).BillTotal.ShouldBe(40m);
    }

    [Fact]
    public void Usage_NoPricingActive_HasNoLine() =>
        Input("2025-02-01", On("2025-01-01", pricings: Price("0: 0 + 1", from: "2025-02-01"))).Bill(10)
            .LineItems.ShouldBeEmpty();

    [Fact]
    public void Usage_Segments_ArePricedEachByItsOwn()
    {
        var input = Input("2025-02-01", On("2025-01-01", pricings: [
            Price("0: 0 + 2", aggregation: BySite, segment: BySite.Segments![1], id: "us"),
            Price("0: 0 + 1", aggregation: BySite, segment: BySite.Segments[0], id: "uk")]));
        BillCalculation.Begin(input).Needs.Select(need => need.SegmentIndex).ShouldBe([0, 1]);
        var bill = input.Bill(need => need.SegmentIndex == 0 ? 10 : 20);
        bill.LineItems.Select(line => (line.Description, line.Subtotal))
            .ShouldBe([("API calls (UK, Basic)", 10m), ("API calls (US, Basic)", 40m)]);
        bill.LineItems[0].Segment!["site"].ShouldBe("UK");
    }

    [Fact]
    public void Usage_OfASegmentWithoutPricing_HasNoLine() => BillStory.Check("""
        measure sites  field region  segments UK,US
        plan    basic  from 2025-01-01
        price   sites  tiered  segment UK
        band    from 0  unit 1
        usage   sites  2025-01-11  9  segment UK
        usage   sites  2025-01-12  5  segment US
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 9.00
        total   9.00
        """);

    [Theory]
    [InlineData(null, null, null)] // no usage, no default: no line
    [InlineData(null, "0", "5.00")] // default 0: the fixed price of the first band
    [InlineData(null, "3", "8.00")]
    [InlineData("7", "3", "12.00")] // the default only stands in for nothing
    [InlineData("0", "3", "5.00")] // zero is a value
    [InlineData("-4", null, "-4.00")] // corrections: unit price of the first band, no fixed price
    public void Usage_NothingZeroOrNegative_IsBilledAsStated(string? used, string? defaultValue, string? amount)
    {
        var aggregation = Calls with { DefaultValue = defaultValue is null ? null : Number(defaultValue) };
        var bill = Input("2025-02-01", On("2025-01-01", pricings: Price("0: 5 + 1", aggregation: aggregation)))
            .Bill(used is null ? null : Number(used));
        bill.LineItems.Select(line => line.Subtotal).ShouldBe(amount is null ? [] : [Number(amount)]);
    }

    [Fact]
    public void Usage_DefaultValue_AppliesToEachSegment()
    {
        var aggregation = BySite with { DefaultValue = 2 };
        Input("2025-02-01", On("2025-01-01", pricings: [
            Price("0: 0 + 1", aggregation: aggregation, segment: BySite.Segments![0], id: "uk"),
            Price("0: 0 + 1", aggregation: aggregation, segment: BySite.Segments[1], id: "us")]))
            .Bill(need => need.SegmentIndex == 0 ? 10 : null)
            .LineItems.Select(line => line.Subtotal).ShouldBe([10m, 2m]);
    }

    [Fact]
    public void Usage_WindowOfTheNeed_IsCutByPlanAndZone()
    {
        var input = Input("2025-07-01", On("2025-06-10T09:30:00Z", "2025-06-20", pricings: Price("0: 0 + 1")));
        BillCalculation.Begin(input).Needs.Single().Window
            .ShouldBe(new Window(At("2025-06-10T09:30:00Z"), At("2025-06-20")));
        var whole = Input("2025-07-01", On("2025-01-01", pricings: Price("0: 0 + 1")));
        BillCalculation.Begin(whole with { Organization = Organization with { Timezone = "Europe/London" } }).Needs
            .Single().Window.ShouldBe(new Window(At("2025-05-31T23:00:00Z"), At("2025-06-30T23:00:00Z")));
    }

    [Fact]
    public void Usage_EpochAfterStart_IsOneWindow()
    {
        var input = Input("2025-03-15", On("2025-01-01", epoch: "2025-03-15", pricings: Price("0: 0 + 1")));
        BillCalculation.Begin(input).Needs.Single().Window.ShouldBe(new Window(At("2025-01-01"), At("2025-03-15")));
    }

    [Fact]
    public void Usage_StandingChargeInAdvance_StaysInArrears()
    {
        var template = Template with { StandingCharge = 100, StandingChargeBillInAdvance = true };
        Input("2025-03-01", On("2025-01-01", template: template, pricings: Price("0: 0 + 0.10"))).Bill(3_000)
            .ShouldHaveLines("STANDING_CHARGE 2025-03-01..2025-04-01 100.00", "USAGE 2025-02-01..2025-03-01 300.00");
    }

    [Fact]
    public void Usage_NeedNotAnswered_IsABug()
    {
        var input = Input("2025-02-01", On("2025-01-01", pricings: Price("0: 0 + 1")));
        Should.Throw<ArgumentException>(() => BillCalculation.Begin(input).Charge([]));
    }

    [Fact]
    public void Usage_SamePlanTwiceAtATime_NeedsItsUsageOnce()
    {
        var input = Input("2025-02-01",
            On("2025-01-01", pricings: Price("0: 0 + 1")),
            On("2025-01-01", id: "2", pricings: Price("0: 0 + 1")));
        BillCalculation.Begin(input).Needs.Count.ShouldBe(1);
        input.Bill(5).BillTotal.ShouldBe(10m);
    }

    [Fact]
    public void Usage_Description_IsThePricingsIfGiven()
    {
        var price = Price("0: 0 + 1");
        var described = price with { Pricing = price.Pricing with { Description = "Calls to the API" } };
        Input("2025-02-01", On("2025-01-01", pricings: described)).Bill(1)
            .LineItems.Single().Description.ShouldBe("Calls to the API");
    }

    [Fact]
    public void Frequencies_SeveralOnOneDate_AreSeparateBills()
    {
        var weekly = Template with { BillFrequency = BillingFrequency.Weekly, StandingCharge = 7 };
        var monthly = Template with { StandingCharge = 30 };
        AccountPlanTerms[] plans =
        [
            On("2025-01-01", template: monthly),
            On("2025-01-06", template: weekly, id: "2"),
        ];
        // 2025-09-01 is a Monday and a first of the month.
        DueBills.On(Date("2025-09-01"), Organization, TermsOf(plans), RunOverrides.None)
            .Select(bill => (bill.Frequency, bill.Interval))
            .ShouldBe([(BillingFrequency.Weekly, 1), (BillingFrequency.Monthly, 1)]);
        Input("2025-09-01", plans).Bill().ShouldHaveLines("STANDING_CHARGE 2025-08-01..2025-09-01 30.00");
        Input("2025-09-01", [.. plans.Reverse()]).Bill()
            .ShouldHaveLines("STANDING_CHARGE 2025-08-25..2025-09-01 7.00");
    }
}
