using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class CounterTests
{
    [Fact]
    public void Counter_InAdvanceWithoutProration_ChargesWholePeriods() => BillStory.Check("""
        organization monthEpoch 2024-01-01
        plan    team   from 2024-06-01  to 2025-07-01
        count   seats  tiered  total whole  debit whole  credit whole
        band    from 0  unit 2
        seats   seats  2024-06-01  10
        seats   seats  2024-06-16  15
        seats   seats  2024-07-10  12
        bill    2024-06-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2024-06-01..2024-07-01 20.00
        total   20.00
        bill    2024-07-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2024-07-01..2024-08-01 30.00
        line    COUNTER_ADJUSTMENT_DEBIT 2024-06-16..2024-07-01 10.00
        total   40.00
        bill    2024-08-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2024-08-01..2024-09-01 24.00
        line    COUNTER_ADJUSTMENT_CREDIT 2024-07-10..2024-08-01 -6.00
        total   18.00
        """);

    [Fact]
    public void Counter_InAdvanceWithProration_ChargesTheDaysLeft() => BillStory.Check("""
        organization monthEpoch 2024-01-01
        plan    team   from 2024-06-01  to 2025-07-01
        count   seats  tiered
        band    from 0  unit 2
        seats   seats  2024-06-01  10
        seats   seats  2024-06-16  15
        seats   seats  2024-07-10  12
        bill    2024-06-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2024-06-01..2024-07-01 20.00
        total   20.00
        bill    2024-07-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2024-07-01..2024-08-01 30.00
        line    COUNTER_ADJUSTMENT_DEBIT 2024-06-16..2024-07-01 5.00    # 5 x 2 x 15 / 30
        total   35.00
        bill    2024-08-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2024-08-01..2024-09-01 24.00
        line    COUNTER_ADJUSTMENT_CREDIT 2024-07-10..2024-08-01 -4.26  # -3 x 2 x 22 / 31
        total   19.74
        """);

    [Fact]
    public void Counter_InArrears_ChargesTheRunningTotalAtTheEnd() => BillStory.Check("""
        plan    team   from 2025-06-01
        count   seats  tiered  timing arrears
        band    from 0  unit 2
        seats   seats  2025-06-01  10
        seats   seats  2025-06-16  15
        bill    2025-06-01
        total   0.00
        bill    2025-07-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-01..2025-07-01 20.00
        line    COUNTER_ADJUSTMENT_DEBIT 2025-06-16..2025-07-01 5.00
        total   25.00
        """);

    [Theory]
    [InlineData("2025-06-01", "line COUNTER_RUNNING_TOTAL_CHARGE 2025-06-01..2025-07-01 20.00", "20.00")]
    // A day later it is an adjustment from 0: 10 x 2 x 29 / 30.
    [InlineData("2025-06-02", "line COUNTER_ADJUSTMENT_DEBIT 2025-06-02..2025-07-01 19.33", "19.33")]
    public void Decision07_AdjustmentOnTheFirstDay_IsPartOfTheRunningTotal(string date, string line, string total) =>
        BillStory.Check($"""
            plan    team   from 2025-06-01
            count   seats  tiered  timing arrears
            band    from 0  unit 2
            seats   seats  {date}  10
            bill    2025-07-01
            {line}
            total   {total}
            """);

    [Fact]
    public void Decision07_AdjustmentsOfAnAdvanceCounter_AreBilledAtTheEndOfTheirPeriod() => BillStory.Check("""
        plan    team   from 2025-06-01
        count   seats  tiered
        band    from 0  unit 2
        seats   seats  2025-06-16  15
        bill    2025-06-01
        total   0.00
        bill    2025-07-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-07-01..2025-08-01 30.00
        line    COUNTER_ADJUSTMENT_DEBIT 2025-06-16..2025-07-01 15.00   # 15 x 2 x 15 / 30
        total   45.00
        """);

    [Theory]
    [InlineData("", "10.00", "-4.67")] //                         20 x 15 / 30 | -10 x 14 / 30
    [InlineData("debit whole", "20.00", "-4.67")]
    [InlineData("credit whole", "10.00", "-10.00")]
    [InlineData("total whole", "10.00", "-4.67")]
    public void Counter_EachProrationFlag_ConcernsItsOwnLines(string flags, string debit, string credit) =>
        BillStory.Check($"""
            plan    team   from 2025-06-01
            count   seats  tiered  timing arrears  {flags}
            band    from 0  unit 2
            seats   seats  2025-06-01  5
            seats   seats  2025-06-16  15
            seats   seats  2025-06-17  10
            bill    2025-07-01
            line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-01..2025-07-01 10.00
            line    COUNTER_ADJUSTMENT_DEBIT 2025-06-16..2025-07-01 {debit}
            line    COUNTER_ADJUSTMENT_CREDIT 2025-06-17..2025-07-01 {credit}
            total   {BillText.Amount(10 + Number(debit) + Number(credit))}
            """);

    [Theory]
    [InlineData("", "13.33")] // 20 x 20 / 30
    [InlineData("total whole", "20.00")]
    public void Counter_PlanStartsInsideAPeriod_ProratesTheRunningTotal(string flags, string amount) =>
        BillStory.Check($"""
            plan    team   from 2025-06-11
            count   seats  tiered  {flags}
            band    from 0  unit 2
            seats   seats  2025-05-01  10
            bill    2025-07-01
            line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-11..2025-07-01 {amount}  # the short first period
            line    COUNTER_RUNNING_TOTAL_CHARGE 2025-07-01..2025-08-01 20.00
            total   {BillText.Amount(20 + Number(amount))}
            bill    2025-08-01
            line    COUNTER_RUNNING_TOTAL_CHARGE 2025-08-01..2025-09-01 20.00
            total   20.00
            """);

    [Fact]
    public void Counter_PriceChangesInsideAPeriod_ChargesEachPartOnce() => BillStory.Check("""
        plan    team   from 2025-06-01
        count   seats  tiered  to 2025-06-16
        band    from 0  unit 2
        count   seats  tiered  from 2025-06-16
        band    from 0  unit 4
        seats   seats  2025-06-01  10
        seats   seats  2025-06-11  15
        bill    2025-06-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-01..2025-06-16 10.00  # 10 x 2 x 15 / 30
        total   10.00
        bill    2025-07-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-16..2025-07-01 30.00  # 15 x 4 x 15 / 30
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-07-01..2025-08-01 60.00
        line    COUNTER_ADJUSTMENT_DEBIT 2025-06-11..2025-06-16 1.67       # 5 x 2 x 5 / 30
        total   91.67
        """);

    [Fact]
    public void Counter_PriceOfThePlan_HidesTheTemplates() => BillStory.Check("""
        plan    team   from 2025-06-01
        count   seats  tiered  of template  timing arrears
        band    from 0  unit 2
        count   seats  tiered  from 2025-06-11  to 2025-06-21  timing arrears
        band    from 0  unit 3
        seats   seats  2025-05-01  3
        bill    2025-07-01
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-01..2025-06-11 2.00  # 3 x 2 x 10 / 30
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-11..2025-06-21 3.00  # 3 x 3 x 10 / 30
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-06-21..2025-07-01 2.00
        total   7.00
        """);

    [Fact]
    public void Counter_FromZeroAndBack_PaysTheFixedPriceAndGetsItBack() => BillStory.Check("""
        plan    team   from 2025-06-01
        count   seats  custom-tiered  debit whole  credit whole
        band    from 0  fixed 10  unit 2
        seats   seats  2025-06-11  5
        seats   seats  2025-06-21  0
        bill    2025-07-01
        line    COUNTER_ADJUSTMENT_DEBIT 2025-06-11..2025-07-01 20.00    # 10 + 5 x 2
        line    COUNTER_ADJUSTMENT_CREDIT 2025-06-21..2025-07-01 -20.00
        total   0.00
        """);

    [Fact]
    public void Counter_VolumeBands_RepriceAllUnits()
    {
        const string Story = """
            plan    team   from 2025-06-01
            count   seats  volume  debit whole
            band    from 0   unit 2
            band    from 10  unit 1.5
            seats   seats  2025-06-01  8
            seats   seats  2025-06-16  12  order PO-7
            bill    2025-07-01
            line    COUNTER_RUNNING_TOTAL_CHARGE 2025-07-01..2025-08-01 18.00  # 12 x 1.5
            line    COUNTER_ADJUSTMENT_DEBIT 2025-06-16..2025-07-01 2.00       # 12 x 1.5 - 8 x 2
            total   20.00
            """;
        BillStory.Check(Story);
        var line = BillStory.BillOf(Story).LineItems[1];
        (line.Quantity, line.Units, line.Unit, line.AverageUnitPrice).ShouldBe((4m, 4m, "seat", 0.5m));
        (line.CounterId, line.PricingId, line.ProductId, line.Description)
            .ShouldBe(("seats", "counting-1-1", "product-1", "Counter Adjustment Debit"));
        line.UsagePerPricingBand!.Select(band => (band.BandUnits, band.BandSubtotal))
            .ShouldBe([(-8m, -16m), (12m, 18m)]);
    }

    [Fact]
    public void Counter_SameValueAgainOrNone_HasNoLine() => BillStory.Check("""
        plan    team   from 2025-06-01
        count   seats  custom-tiered
        band    from 0  fixed 10
        seats   seats  2025-06-16  0
        bill    2025-06-01
        total   0.00
        bill    2025-07-01
        total   0.00
        """);

    [Fact]
    public void Counter_EpochAfterTheStart_ChargesAllTheTimeBefore() => BillStory.Check("""
        plan    team   from 2025-01-01  epoch 2025-02-15
        count   seats  tiered
        band    from 0  unit 31
        seats   seats  2025-01-01  1
        seats   seats  2025-01-20  2
        bill    2025-02-15
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-01-01..2025-02-15 45.00  # 31 x (14 / 31 + 31 / 31)
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-02-15..2025-03-15 62.00
        line    COUNTER_ADJUSTMENT_DEBIT 2025-01-20..2025-02-15 26.00      # 31 x 26 / 31
        total   133.00
        """);

    [Fact]
    public void Counter_EpochAfterTheStartWithoutProration_ChargesEveryPeriodBefore() => BillStory.Check("""
        plan    team   from 2025-01-20  epoch 2025-03-15
        count   seats  tiered  timing arrears  total whole  debit whole
        band    from 0  unit 10
        seats   seats  2025-01-01  1
        seats   seats  2025-02-20  3
        bill    2025-03-15
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-01-20..2025-03-15 20.00  # from January 15 and from February 15
        line    COUNTER_ADJUSTMENT_DEBIT 2025-02-20..2025-03-15 20.00      # from February 15
        total   40.00
        """);

    [Fact]
    public void Counter_StartsOnTheBillDate_MakesABillDue()
    {
        const string Story = """
            plan    team   from 2025-06-01
            count   seats  tiered
            band    from 0  unit 2
            seats   seats  2025-06-01  10
            bill    2025-06-01
            """;
        DueBills.On(Date("2025-06-01"), Organization, BillStory.InputOf(Story).Terms, RunOverrides.None).Count
            .ShouldBe(1);
        var without = BillStory.InputOf(Story).Terms with { CounterAdjustments = [] };
        DueBills.On(Date("2025-06-01"), Organization, without, RunOverrides.None).ShouldBeEmpty();
    }

    [Fact]
    public void Counter_DayThatTheTimeZoneSkipped_CountsOnce() => BillStory.Check("""
        organization timezone Pacific/Apia  monthEpoch 2011-01-01
        plan    team   from 2011-12-01T10:00:00Z
        count   seats  tiered  timing arrears  from 2011-01-01
        band    from 0  unit 31
        seats   seats  2011-12-11  1
        seats   seats  2011-12-30  5   # there was no December 30
        seats   seats  2011-12-31  2
        bill    2012-01-01
        line    COUNTER_ADJUSTMENT_DEBIT 2011-12-11T10:00:00Z..2011-12-31T10:00:00Z 21.00  # 21 days
        line    COUNTER_ADJUSTMENT_DEBIT 2011-12-30T10:00:00Z..2011-12-31T10:00:00Z 1.00
        total   22.00
        """);

    [Fact]
    public void Counter_OverlappingPricings_AreRefusedByName()
    {
        var bill = () => BillStory.BillOf("""
            plan    team   from 2025-06-01
            count   seats  tiered
            band    from 0  unit 2
            count   seats  tiered
            band    from 0  unit 3
            seats   seats  2025-06-01  10
            bill    2025-07-01
            """);
        Should.Throw<BillRefusedException>(bill).Message.ShouldContain(
            "counter pricings counting-1-1 and counting-1-2 price the same counter at the same time");
    }

    [Fact]
    public void Counter_Line_TellsItsPriceAndDays()
    {
        var bill = BillStory.BillOf("""
            plan    team   from 2025-06-11
            count   seats  tiered
            band    from 0  unit 2
            seats   seats  2025-05-01  10
            bill    2025-07-01
            """);
        var line = bill.LineItems[0];
        line.LineItemType.ShouldBe(LineItemType.CounterRunningTotalCharge);
        line.Additional!.Select(fact => (fact.Key, fact.Value))
            .ShouldBe([("amount", 20m), ("daysActive", 20m), ("daysInPeriod", 30m)]);
        line.UsagePerPricingBand!.Single().BandSubtotal.ShouldBe(13.33m);
        line.AverageUnitPrice.ShouldBe(1.333333333333333333m);
        bill.LineItems.Select(item => item.Id).Distinct().Count().ShouldBe(2);
    }
}
