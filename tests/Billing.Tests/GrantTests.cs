using Tallystick.Billing.Bills;

namespace Tallystick.Billing.Tests;

/// <summary>Balances of free units.</summary>
public sealed class GrantTests
{
    private const string January = """
        currency CALLS  counts units
        measure calls  unit CALLS
        plan    basic  from 2025-01-01  standing 10
        price   calls  tiered
        band    from 0     unit 0.10
        band    from 1000  unit 0.05
        usage   calls  2025-01-10  3000
        bill    2025-02-01
        balance free   from 2025-01-01  to 2026-01-01  currency CALLS
        """;

    [Theory]
    [InlineData(500, 500, "175.00")] // 2,500 left: 1,000 x 0.10 + 1,500 x 0.05
    [InlineData(2999, 2999, "0.10")]
    [InlineData(5000, 3000, null)] // all free
    [InlineData(0, null, "200.00")]
    public void Decision16_Grant_MakesUnitsFreeBeforeTheOthersArePriced(int granted, int? drawn, string? usage)
    {
        var finished = BillStory.FinishedOf($"""
            {January}
            credit  free   on 2025-01-01  amount {granted}
            """);
        var lines = finished.Bill.LineItems;
        lines.Where(line => line.LineItemType == LineItemType.Usage).Select(line => BillText.Amount(line.Subtotal))
            .ShouldBe(usage is null ? [] : [usage]);
        var consumed = lines.Where(line => line.LineItemType == LineItemType.BalanceConsumed).ToList();
        consumed.Select(line => line.Quantity).ShouldBe(drawn is { } units ? [units] : []);
        consumed.ShouldAllBe(line => line.Subtotal == 0 && line.Unit == "CALLS" && line.Currency == "USD");
        finished.Entries.Sum(entry => entry.Amount).ShouldBe(drawn ?? 0);
    }

    [Fact]
    public void Lines_OfFreeUnitsOfSeveralAccounts_HaveDifferentIds()
    {
        var bill = BillStory.BillOf($"""
            {January}
            credit  free   on 2025-01-01  amount 3500
            child   uk
            usage   calls  2025-01-10  1000  account uk
            """);
        bill.LineItems.Count(line => line.LineItemType == LineItemType.BalanceConsumed).ShouldBe(2);
        // 4,000 calls cost 250.00: the 500 that are not free cost an eighth of that.
        bill.LineItems.Where(line => line.LineItemType == LineItemType.Usage).Sum(line => line.Subtotal)
            .ShouldBe(31.25m);
        bill.LineItems.Select(line => line.Id).ShouldBeUnique();
    }

    [Fact]
    public void Decision16_CurrencyWithoutTheSetting_IsMoneyAndNeedsARate() =>
        Should.Throw<Calculation.BillRefusedException>(() => BillStory.BillOf($"""
            {January.Replace("counts units", "", StringComparison.Ordinal)}
            credit  free   on 2025-01-01  amount 500
            """)).Message.ShouldContain("no rate from USD to CALLS");

    [Fact]
    public void Grant_ThenACommitment_DrawsOnTheRest() => BillStory.Check($"""
        {January}
        credit  free   on 2025-01-01  amount 2000
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 60
        line    STANDING_CHARGE 2025-01-01..2025-02-01 10.00
        line    USAGE 2025-01-01..2025-02-01 100.00
        line    COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -60.00
        line    BALANCE_CONSUMED 2025-01-01..2025-02-01 0.00
        total   50.00
        """);
}
