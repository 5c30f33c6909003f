namespace Tallystick.Billing.Tests;

/// <summary>
/// The worked examples that the product promises to reproduce, as whole bills with the arithmetic beside each line.
/// Those of the calendar alone stand in <see cref="BillingCycleTests"/>.
/// </summary>
public sealed class WorkedExampleTests
{
    [Fact]
    public void QuantityPerUnit_RoundedUp_PricesWholeUnits() => BillStory.Check("""
        measure calls  per 500  rounding UP
        plan    basic  from 2026-01-01
        price   calls  tiered
        band    from 0  unit 0.25
        usage   calls  2026-03-02  48900
        bill    2026-04-01
        line    USAGE 2026-03-01..2026-04-01 24.50   # 48,900 / 500 = 97.8, up to 98 units x 0.25
        total   24.50
        """);

    [Fact]
    public void Tiered_UsageOverTwoBands_PricesEachBandsUnits() => BillStory.Check("""
        plan    basic  from 2026-01-01
        price   calls  custom-tiered
        band    from 0     unit 0.10
        band    from 1000  unit 0.08  fixed 50
        usage   calls  2026-03-02  900
        usage   calls  2026-03-17  600
        bill    2026-04-01
        line    USAGE 2026-03-01..2026-04-01 190.00  # 1,000 x 0.10 + 50 + 500 x 0.08
        total   190.00
        """);

    [Theory]
    [InlineData(10, "15.00", "15.00")] //   5 + 10 x 1.00                      |  5 + 10 x 1.00
    [InlineData(11, "18.80", "11.80")] //  (5 + 10.00) + (3 + 0.80)            |  3 + 11 x 0.80
    [InlineData(100, "90.00", "83.00")] //  15 + (3 + 72)                      |  3 + 80.00
    [InlineData(250, "165.00", "125.00")] // 15 + 75 + 150 x 0.50              |  0 + 125.00
    public void Bands_CustomTieredAndCustomVolume_GiveTheirFigures(int units, string tiered, string volume)
    {
        foreach (var (shape, amount) in new[] { ("custom-tiered", tiered), ("custom-volume", volume) })
        {
            BillStory.Check($"""
                plan    basic  from 2026-01-01
                price   calls  {shape}
                band    from 0    unit 1.00  fixed 5
                band    from 10   unit 0.80  fixed 3
                band    from 100  unit 0.50
                usage   calls  2026-03-02  {units}
                bill    2026-04-01
                line    USAGE 2026-03-01..2026-04-01 {amount}
                total   {amount}
                """);
        }
    }

    [Theory]
    [InlineData("2022-02-15", "2022-01-01..2022-02-15 29.03")] // 20 x (14 / 31 + 31 / 31)
    [InlineData("2022-03-15", "2022-02-15..2022-03-15 20.00")]
    [InlineData("2022-04-15", "2022-03-15..2022-04-15 20.00")]
    public void Epoch_AfterTheStart_IsTheFirstBillDate(string billDate, string line) => BillStory.Check($"""
        account epoch 2022-02-15
        plan    basic  from 2022-01-01  standing 20.00
        bill    {billDate}
        line    STANDING_CHARGE {line}
        total   {line.Split(' ')[1]}
        """);

    [Fact]
    public void StandingCharge_StartOnApril11_IsFor20Of30Days() => BillStory.Check("""
        plan    basic  from 2025-04-11  standing 20.00
        bill    2025-05-01
        line    STANDING_CHARGE 2025-04-11..2025-05-01 13.33   # 20 x 20 / 30
        total   13.33
        """);

    [Theory]
    [InlineData(0, "2025-04-01", "9.89")] // the first bill, for the six months from October 1: 20 x 90 / 182
    [InlineData(0, "2025-07-01", null)]
    [InlineData(0, "2025-10-01", "20.00")]
    [InlineData(1, "2025-04-01", null)]
    [InlineData(1, "2025-07-01", "20.00")] // the second bill
    [InlineData(1, "2025-10-01", null)]
    [InlineData(1, "2026-01-01", "20.00")]
    public void StandingCharge_QuarterlyBillsInterval2_IsEverySixMonths(int offset, string billDate, string? amount)
    {
        var months = Scenario.Date(billDate).PlusMonths(-6);
        var from = months < Scenario.Date("2025-01-01") ? Scenario.Date("2025-01-01") : months;
        BillStory.Check($"""
            plan    basic  from 2025-01-01  interval 3  standing 20.00  every 2  offset {offset}
            bill    {billDate}
            {(amount is null ? "" : $"line STANDING_CHARGE {from:uuuu-MM-dd}..{billDate} {amount}")}
            total   {amount ?? "0.00"}
            """);
    }

    [Fact]
    public void Usage_StandingChargeInAdvance_IsStillInArrears() => BillStory.Check("""
        plan    basic  from 2025-01-01  standing 100.00  timing advance
        price   calls  tiered
        band    from 0  unit 0.10
        usage   calls  2025-02-11  3000
        bill    2025-03-01
        line    STANDING_CHARGE 2025-03-01..2025-04-01 100.00   # March
        line    USAGE 2025-02-01..2025-03-01 300.00             # February: 3,000 x 0.10
        total   400.00
        """);
}
