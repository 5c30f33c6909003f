using NodaTime;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class SpannedTiersTests
{
    [Fact]
    public void SpanPlan_Tiered_ContinuesWhereTheLastPeriodEnded() => BillStory.Check("""
        plan    basic  from 2025-01-01
        price   calls  custom-tiered  spans plan
        band    from 0    unit 1.00  fixed 5
        band    from 100  unit 0.50  fixed 3
        usage   calls  2025-01-11  80
        usage   calls  2025-02-11  40
        usage   calls  2025-03-11  10
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 85.00    # 5 + 80 x 1.00
        total   85.00
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 33.00    # 20 x 1.00 + 3 + 20 x 0.50
        total   33.00
        bill    2025-04-01
        line    USAGE 2025-03-01..2025-04-01 5.00     # 10 x 0.50
        total   5.00
        """);

    [Fact]
    public void Decision06_SpanPlanWithVolume_PricesThePeriodInTheBandOfTheWhole() => BillStory.Check("""
        plan    basic  from 2025-01-01
        price   calls  custom-volume  spans plan
        band    from 0    unit 1.00  fixed 5
        band    from 100  unit 0.50  fixed 3
        usage   calls  2025-01-11  80
        usage   calls  2025-02-11  40
        usage   calls  2025-03-11  10
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 85.00    # 5 + 80 x 1.00
        total   85.00
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 23.00    # the band of 120: 3 + 40 x 0.50
        total   23.00
        bill    2025-04-01
        line    USAGE 2025-03-01..2025-04-01 5.00     # entered before: 10 x 0.50
        total   5.00
        """);

    [Fact]
    public void Decision06_SpanPlanOfAMaximum_AddsTheMaximumsOfThePeriods() => BillStory.Check("""
        measure peak   method MAX
        plan    basic  from 2025-01-01
        price   peak   tiered  spans plan
        band    from 0   unit 1.00
        band    from 10  unit 0.50
        usage   peak   2025-01-11  8
        usage   peak   2025-01-12  3
        usage   peak   2025-02-11  6
        usage   peak   2025-03-11  5
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 8.00
        total   8.00
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 4.00     # from 8 to 14: 2 x 1.00 + 4 x 0.50
        total   4.00
        bill    2025-04-01
        line    USAGE 2025-03-01..2025-04-01 2.50     # from 14 to 19
        total   2.50
        """);

    [Fact]
    public void SpanPlan_RoundedUnits_AddsTheUnitsThatWereBilled() => BillStory.Check("""
        measure calls  per 10  rounding UP
        plan    basic  from 2025-01-01
        price   calls  tiered  spans plan
        band    from 0  unit 0.50
        band    from 3  unit 0.25
        usage   calls  2025-01-11  11
        usage   calls  2025-02-11  1
        usage   calls  2025-03-11  1
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 1.00     # 1.1, up to 2 units
        total   1.00
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 0.50     # the third unit
        total   0.50
        bill    2025-04-01
        line    USAGE 2025-03-01..2025-04-01 0.25     # the fourth; 1.3 up would be the third
        total   0.25
        """);

    [Fact]
    public void SpanPlan_DefaultValue_CountsInEachPeriodWithoutUsage() => BillStory.Check("""
        measure calls  default 4
        plan    basic  from 2025-01-01
        price   calls  tiered  spans plan
        band    from 0   unit 1.00
        band    from 10  unit 0.50
        bill    2025-04-01
        line    USAGE 2025-03-01..2025-04-01 3.00     # from 8 to 12: 2 x 1.00 + 2 x 0.50
        total   3.00
        """);

    [Fact]
    public void Decision05_SpanPlanOverAPriceChange_CountsOn() => BillStory.Check("""
        plan    basic  from 2025-01-01
        price   calls  tiered  spans plan  to 2025-02-15
        band    from 0    unit 1.00
        band    from 100  unit 0.50
        price   calls  tiered  spans plan  from 2025-02-15
        band    from 0    unit 2.00
        band    from 100  unit 1.50
        usage   calls  2025-01-11  80
        usage   calls  2025-02-11  10
        usage   calls  2025-02-21  30
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-02-15 10.00    # from 80 to 90
        line    USAGE 2025-02-15..2025-03-01 50.00    # from 90 to 120: 10 x 2.00 + 20 x 1.50
        total   60.00
        """);

    [Fact]
    public void SpanPlan_OfAMaximumOverAPriceChange_AddsTheBilledParts() => BillStory.Check("""
        measure peak   method MAX
        plan    basic  from 2025-01-01
        price   peak   tiered  to 2025-01-16
        band    from 0  unit 1.00
        price   peak   tiered  spans plan  from 2025-01-16
        band    from 0   unit 1.00
        band    from 10  unit 0.50
        usage   peak   2025-01-11  8
        usage   peak   2025-01-21  6
        usage   peak   2025-02-11  2
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-01-16 8.00
        line    USAGE 2025-01-16..2025-02-01 4.00     # from 8 to 14
        total   12.00
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 1.00     # from 14 to 16
        total   1.00
        """);

    [Fact]
    public void SpanPlan_CorrectionBelowALimit_TakesBackWhatWasCharged() => BillStory.Check("""
        plan    basic  from 2025-01-01
        price   calls  custom-tiered  spans plan
        band    from 0    unit 1.00  fixed 5
        band    from 100  unit 0.50  fixed 3
        usage   calls  2025-01-11  120
        usage   calls  2025-02-11  -30
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 118.00   # 5 + 100 + 3 + 20 x 0.50
        total   118.00
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 -23.00   # -(10 x 1.00 + 3 + 20 x 0.50)
        total   -23.00
        """);

    [Fact]
    public void SpanPlan_StartsWithTheAccountPlanNotThePricing() => BillStory.Check("""
        plan    basic  from 2025-01-11
        price   calls  tiered  spans plan  from 2025-02-01
        band    from 0   unit 1.00
        band    from 10  unit 0.50
        usage   calls  2025-01-10  1000
        usage   calls  2025-01-12  8
        usage   calls  2025-02-11  6
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 4.00     # from 8 to 14
        total   4.00
        """);

    [Fact]
    public void SpanPlan_OfSegments_CountsEachByItself() => BillStory.Check("""
        measure sites  field region  segments UK,US
        plan    basic  from 2025-01-01
        price   sites  tiered  segment UK  spans plan
        band    from 0   unit 1.00
        band    from 10  unit 0.50
        price   sites  tiered  segment US  spans plan
        band    from 0   unit 1.00
        band    from 10  unit 0.50
        usage   sites  2025-01-11  9  segment UK
        usage   sites  2025-02-11  2  segment UK
        usage   sites  2025-02-11  2  segment US
        bill    2025-03-01
        line    USAGE 2025-02-01..2025-03-01 1.50     # UK: from 9 to 11
        line    USAGE 2025-02-01..2025-03-01 2.00     # US: from 0 to 2
        total   3.50
        """);

    [Fact]
    public void Needs_OfASumThatSpansThePlan_AreTheWindowAndOneBefore() =>
        Windows(Calls, "2025-04-01").ShouldBe(["2025-01-01..2025-03-01", "2025-03-01..2025-04-01"]);

    [Fact]
    public void Needs_OfAMaximumThatSpansThePlan_AreOnePerPeriod() =>
        Windows(Calls with { Method = AggregationMethod.Max }, "2025-04-01").ShouldBe(
            ["2025-01-01..2025-02-01", "2025-02-01..2025-03-01", "2025-03-01..2025-04-01"]);

    [Fact]
    public void Needs_OfTooManyPeriods_AreRefusedByName()
    {
        var daily = Template with { BillFrequency = BillingFrequency.Daily };
        var peak = Calls with { Method = AggregationMethod.Max };
        var priced = Price("0: 0 + 1", from: "1990-01-01", aggregation: peak);
        priced = priced with { Pricing = priced.Pricing with { TiersSpanPlan = true } };
        var start = Date("2025-04-01").PlusDays(-SpannedTiers.MaxWindows - 1);
        var input = Input("2025-04-01", On($"{start:uuuu-MM-dd}", template: daily, pricings: priced)) with
        {
            Organization = Organization with { DayEpoch = Date("1990-01-01") },
        };
        BillCalculation.Begin(input).Needs.Count.ShouldBe(SpannedTiers.MaxWindows + 1);

        Should.Throw<BillRefusedException>(() => BillCalculation.Begin(input.With(terms => terms with
        {
            AccountPlan = terms.AccountPlan with { StartDate = terms.AccountPlan.StartDate - Duration.FromDays(1) },
        }))).Message.ShouldContain("the units of more than 5000 earlier periods count");
    }

    private static IEnumerable<string> Windows(Aggregation aggregation, string billDate)
    {
        var priced = Price("0: 0 + 1", aggregation: aggregation);
        priced = priced with { Pricing = priced.Pricing with { TiersSpanPlan = true } };
        return BillCalculation.Begin(Input(billDate, On("2025-01-01", pricings: priced))).Needs
            .Select(need => $"{Day(need.Window.Start)}..{Day(need.Window.End)}");
    }

    private static string Day(Instant instant) => InstantText.Write(instant)[..10];
}
