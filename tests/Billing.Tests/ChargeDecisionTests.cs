namespace Tallystick.Billing.Tests;

/// <summary>
/// Decisions on bands, price changes and standing charges where the sources specify nothing. Those on counters, minimum
/// spends and tiers that span the plan are beside their other tests.
/// </summary>
public sealed class ChargeDecisionTests
{
    [Theory]
    [InlineData("volume", "10", "10.00")] // on the limit: 10 x 1.00
    [InlineData("volume", "10.1", "5.05")] // above it: 10.1 x 0.50
    [InlineData("tiered", "10", "10.00")]
    [InlineData("tiered", "12", "11.00")] // 10 x 1.00 + 2 x 0.50
    public void Decision04_UnitsOnABandLimit_BelongToTheBandBelow(string shape, string units, string amount) =>
        BillStory.Check($"""
            plan    basic  from 2025-01-01
            price   calls  {shape}
            band    from 0   unit 1.00
            band    from 10  unit 0.50
            usage   calls  2025-01-11  {units}
            bill    2025-02-01
            line    USAGE 2025-01-01..2025-02-01 {amount}
            total   {amount}
            """);

    [Theory]
    [InlineData("0", "5.00")] // the first band is reached
    [InlineData("-3", "-6.00")] // a net correction: 3 x 2.00, without the fixed price
    public void Decision04_ZeroAndNegativeUsage_AreOfTheFirstBand(string units, string amount) => BillStory.Check($"""
        plan    basic  from 2025-01-01
        price   calls  custom-tiered
        band    from 0   unit 2.00  fixed 5
        band    from 10  unit 0.50  fixed 3
        usage   calls  2025-01-11  {units}
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 {amount}
        total   {amount}
        """);

    [Fact]
    public void Decision05_PriceChangeInsideAPeriod_StartsAtTheFirstBandInEachPart() => BillStory.Check("""
        plan    basic  from 2025-01-01
        price   calls  custom-tiered  to 2025-01-16
        band    from 0   unit 1.00  fixed 5
        band    from 10  unit 0.50
        price   calls  custom-tiered  from 2025-01-16
        band    from 0   unit 2.00  fixed 5
        band    from 10  unit 1.00
        usage   calls  2025-01-11  12
        usage   calls  2025-01-21  12
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-01-16 16.00   # 5 + 10 x 1.00 + 2 x 0.50
        line    USAGE 2025-01-16..2025-02-01 27.00   # 5 + 10 x 2.00 + 2 x 1.00
        total   43.00
        """);

    [Fact]
    public void Decision09_AdvanceChargesOfAShortFirstPeriod_AreLinesOfTheirOwnOnTheFirstBill() => BillStory.Check("""
        plan    basic  from 2025-04-11  standing 30  timing advance  minimum 60  minimum-timing advance
        count   seats  tiered
        band    from 0  unit 3
        seats   seats  2025-04-11  1
        bill    2025-05-01
        line    STANDING_CHARGE 2025-04-11..2025-05-01 20.00              # 30 x 20 / 30
        line    STANDING_CHARGE 2025-05-01..2025-06-01 30.00
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-04-11..2025-05-01 2.00  # 3 x 20 / 30
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-05-01..2025-06-01 3.00
        line    MINIMUM_SPEND 2025-04-11..2025-05-01 40.00                # 60 x 20 / 30
        line    MINIMUM_SPEND 2025-05-01..2025-06-01 60.00
        total   155.00
        """);

    [Fact]
    public void Decision10_StandingChargeOfEveryThirdBill_IsForThreePeriods() => BillStory.Check("""
        plan    basic  from 2025-01-01  to 2025-06-16  standing 91  every 3
        bill    2025-02-01
        line    STANDING_CHARGE 2025-01-01..2025-02-01 30.66   # 91 x 31 / 92, of the months from November on
        total   30.66
        bill    2025-03-01
        total   0.00
        bill    2025-04-01
        total   0.00
        bill    2025-05-01
        line    STANDING_CHARGE 2025-02-01..2025-05-01 91.00
        total   91.00
        """);
}
