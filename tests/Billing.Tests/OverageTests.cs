using System.Text.Json;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Tests;

/// <summary>Usage beyond commitments and balances.</summary>
public sealed class OverageTests
{
    private const string January = """
        plan   basic  from 2025-01-01
        price  calls  tiered
        band   from 0  unit 0.10
        usage  calls  2025-01-10  3000
        bill   2025-02-01
        """;

    [Theory]
    [InlineData("drawn prepaid amount 4750", "-250.00", "5.00", "55.00")] // 50.00 x 10 percent
    [InlineData("drawn prepaid amount 5000", null, "30.00", "330.00")] // exhausted before: all usage is overage
    [InlineData("", "-300.00", null, "0.00")]
    public void Surcharge_IsAPercentageOfTheUsageThatIsNotCovered(
        string before, string? drawn, string? surcharge, string total) => BillStory.Check($"""
            {January}
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 5000  percent 10
            {before}
            line       USAGE 2025-01-01..2025-02-01 300.00
            {Line("OVERAGE_SURCHARGE", surcharge)}
            {Line("COMMITMENT_CONSUMED", drawn)}
            total      {total}
            """);

    [Fact]
    public void Surcharge_NegativePercent_IsADiscount() => BillStory.Check($"""
        {January}
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250  percent -20
        line       USAGE 2025-01-01..2025-02-01 300.00
        line       OVERAGE_SURCHARGE 2025-01-01..2025-02-01 -10.00
        line       COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -250.00
        total      40.00
        """);

    [Theory]
    [InlineData("2024-06-01", "2025-01-01", null)] // after the end, usage is normal usage
    [InlineData("2024-06-01", "2025-01-16", "25.00")] // of 250.00 measured before the end
    public void Surcharge_UsageOutsideTheCommitment_IsNoOverage(string from, string to, string? surcharge)
    {
        var bill = BillStory.BillOf($"""
            plan   basic  from 2025-01-01
            price  calls  tiered
            band   from 0  unit 0.10
            usage  calls  2025-01-10  2500
            usage  calls  2025-01-20  500
            bill   2025-02-01
            commitment prepaid  from {from}  to {to}  amount 100  percent 10
            drawn  prepaid  amount 100
            """);
        bill.LineItems.Where(line => line.LineItemType == LineItemType.OverageSurcharge)
            .Select(line => BillText.Amount(line.Subtotal)).ShouldBe(surcharge is null ? [] : [surcharge]);
    }

    [Fact]
    public void Surcharge_OnlyOnUsage_NotOnStandingCharges() => BillStory.Check("""
        plan       basic  from 2025-01-01  standing 100
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 30  percent 10
        bill       2025-02-01
        line       STANDING_CHARGE 2025-01-01..2025-02-01 100.00
        line       COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -30.00
        total      70.00
        """);

    [Fact]
    public void Decision13_BothCreditsHaveASurcharge_TheCommitmentsAppliesToWhatNeitherCovers() => BillStory.Check($"""
        {January}
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 150  percent 10
        balance    bonus    from 2025-01-01  to 2026-01-01  percent 50
        credit     bonus    on 2025-01-01  amount 50
        line       USAGE 2025-01-01..2025-02-01 300.00
        line       OVERAGE_SURCHARGE 2025-01-01..2025-02-01 10.00    # 300 - 150 - 50 = 100 x 10 percent
        line       COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -150.00
        line       BALANCE_CONSUMED 2025-01-01..2025-02-01 -50.00
        total      110.00
        """);

    [Theory]
    [InlineData("credit bonus on 2025-01-01 amount 200", "50.00")] // 100.00 x 50 percent
    [InlineData("", null)] // never credited: not exhausted
    public void Surcharge_OfABalance_NeedsABalanceThatIsExhausted(string credit, string? surcharge) =>
        BillStory.BillOf($"""
            {January}
            balance bonus  from 2025-01-01  to 2026-01-01  percent 50
            {credit}
            """).LineItems.Where(line => line.LineItemType == LineItemType.OverageSurcharge)
            .Select(line => BillText.Amount(line.Subtotal)).ShouldBe(surcharge is null ? [] : [surcharge]);

    [Fact]
    public void Surcharge_InAnotherCurrency_IsCalculatedInThePricingCurrency() => BillStory.Check("""
        rate   EUR USD 1.1
        plan   basic  from 2025-01-01  currency EUR
        price  calls  tiered
        band   from 0  unit 0.10
        usage  calls  2025-01-10  3000     # 300.00 EUR = 330.00 USD
        bill   2025-02-01
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 110  percent 10
        line   USAGE 2025-01-01..2025-02-01 300.00
        line   OVERAGE_SURCHARGE 2025-01-01..2025-02-01 20.00    # 200.00 EUR x 10 percent = 22.00 USD
        line   COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -110.00
        total  242.00
        """);

    [Fact]
    public void SeparateOverage_WithoutOverageBands_DividesTheLineAtItsNormalRate()
    {
        var bill = BillStory.BillOf($"""
            {January}
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250  separate yes
            """);
        bill.ShouldHaveLines(
            "USAGE 2025-01-01..2025-02-01 250.00",
            "OVERAGE_USAGE 2025-01-01..2025-02-01 50.00",
            "COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -250.00");
        bill.LineItems.Select(line => line.Units).ShouldBe([2500, 500, 1]);
        bill.LineItems[1].Description.ShouldBe("Overage usage");
    }

    [Fact]
    public void Decision13_OverageBands_AreAtTheAbsolutePosition()
    {
        // 1,000 x 0.10 + 2,000 x 0.05 = 200.00; 120.00 buys 1,000 + 400 units, and 1,600 are left:
        // 600 up to 2,000 at 0.20, 1,000 beyond at 0.30.
        var bill = BillStory.BillOf("""
            plan   basic  from 2025-01-01
            price  calls  tiered
            band   from 0     unit 0.10
            band   from 1000  unit 0.05
            band   from 0     unit 0.20  overage yes
            band   from 2000  unit 0.30  overage yes
            usage  calls  2025-01-10  3000
            bill   2025-02-01
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 120  separate yes
            """);
        bill.ShouldHaveLines(
            "USAGE 2025-01-01..2025-02-01 120.00",
            "OVERAGE_USAGE 2025-01-01..2025-02-01 420.00",
            "COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -120.00");
        bill.LineItems[1].UsagePerPricingBand!.Select(band => (band.LowerLimit, band.BandUnits, band.BandSubtotal))
            .ShouldBe([(0m, 600m, 120m), (2000m, 1000m, 300m)]);
        bill.LineItems[0].Quantity.ShouldBe(1400);
        bill.LineItems[1].Quantity.ShouldBe(1600);
    }

    [Fact]
    public void SeparateOverage_ExhaustedBefore_IsAllOverage() => BillStory.BillOf($"""
        {January}
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250  separate yes
        drawn      prepaid  amount 250
        """).ShouldHaveLines("OVERAGE_USAGE 2025-01-01..2025-02-01 300.00");

    [Fact]
    public void SeparateOverage_ThenABalance_DrawsOnTheOverageUsage() => BillStory.Check("""
        plan   basic  from 2025-01-01
        price  calls  tiered
        band   from 0  unit 0.10
        band   from 0  unit 0.20  overage yes
        usage  calls  2025-01-10  3000
        bill   2025-02-01
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250  separate yes
        balance    bonus    from 2025-01-01  to 2026-01-01
        credit     bonus    on 2025-01-01  amount 30
        line   USAGE 2025-01-01..2025-02-01 250.00
        line   OVERAGE_USAGE 2025-01-01..2025-02-01 100.00   # 500 x 0.20
        line   COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -250.00
        line   BALANCE_CONSUMED 2025-01-01..2025-02-01 -30.00
        total  70.00
        """);

    [Theory]
    [InlineData("", "OVERAGE_USAGE 2025-01-01..2025-02-01 200.00")] // 1,000 x 0.20
    [InlineData("percent 50", "OVERAGE_SURCHARGE 2025-01-01..2025-02-01 50.00")] // the percentage wins
    public void OverageBands_OfAnExhaustedBalance_ApplyUnlessItHasAPercentage(string percent, string line) =>
        BillStory.BillOf($"""
            plan   basic  from 2025-01-01
            price  calls  tiered
            band   from 0  unit 0.10
            band   from 0  unit 0.20  overage yes
            usage  calls  2025-01-10  3000
            bill   2025-02-01
            balance bonus  from 2025-01-01  to 2026-01-01  {percent}
            credit  bonus  on 2025-01-01  amount 200
            """).Lines().ShouldContain(line);

    [Fact]
    public void OverageBands_OfACommitmentWithoutSeparateOverage_DoNotApply() => BillStory.BillOf("""
        plan   basic  from 2025-01-01
        price  calls  tiered
        band   from 0  unit 0.10
        band   from 0  unit 0.20  overage yes
        usage  calls  2025-01-10  3000
        bill   2025-02-01
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250
        """).BillTotal.ShouldBe(50);

    [Fact]
    public void Divide_AnyAmount_GivesTwoPartsThatMakeUpTheWhole()
    {
        PricingBand[] bands =
        [
            new() { Id = "1", LowerLimit = 0, FixedPrice = 5, UnitPrice = 0.1m },
            new() { Id = "2", LowerLimit = 100, FixedPrice = 7, UnitPrice = 0 },
            new() { Id = "3", LowerLimit = 150, FixedPrice = 3, UnitPrice = 0.3m },
        ];
        foreach (var cumulative in new[] { true, false })
        {
            var whole = UsageRating.Rate(200, 1, Rounding.None, bands, cumulative);
            for (var amount = 1m; amount < whole.Amount.ToDecimal(); amount += 1.37m)
            {
                var (first, others) = DividedUsage.At(whole, amount, 1);
                first.Amount.ShouldBe(amount);
                (first.Amount + others.Amount).ShouldBe(whole.Amount);
                (first.Units + others.Units).ShouldBe(whole.Units, 0.000001m);
                (first.Quantity + others.Quantity).ShouldBe(whole.Quantity);
            }
        }
    }

    [Fact]
    public void Rate_AdjoiningRanges_CostAsMuchAsOne()
    {
        PricingBand[] bands =
        [
            new() { Id = "1", LowerLimit = 0, FixedPrice = 5, UnitPrice = 0.1m },
            new() { Id = "2", LowerLimit = 100, FixedPrice = 7, UnitPrice = 0.2m },
        ];
        for (var at = 1m; at < 200; at++)
        {
            var parts = UsageRating.Between(null, at, 1, bands, cumulative: true).Amount
                + UsageRating.Between(at, 200m, 1, bands, cumulative: true).Amount;
            parts.ShouldBe(UsageRating.Rate(200, 1, Rounding.None, bands, cumulative: true).Amount);
        }
    }

    [Fact]
    public void Derivation_AsJson_HasItsMeasuredValuesOnce()
    {
        var bill = BillStory.BillOf($"""
            {January}
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250  separate yes
            """);
        JsonSerializer.Serialize(bill.Derivation, BillingJson.Format.BillDerivation).ShouldNotContain("\"measured\"");
    }

    private static string Line(string type, string? amount) =>
        amount is null ? "" : $"line {type} 2025-01-01..2025-02-01 {amount}";

    [Fact]
    public void OverageBands_OfAShareOfABlock_PriceThePartOfTheAccount()
    {
        var bill = BillStory.BillOf("""
            plan    basic  from 2025-01-01
            price   calls  tiered
            band    from 0  unit 1
            band    from 0  unit 3  overage yes
            child   uk
            usage   calls  2025-01-10  20
            usage   calls  2025-01-10  30  account uk
            bill    2025-02-01
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 25  types USAGE  separate yes
            """);

        // 20 calls of acme and 5 of uk are covered; the other 25 of uk cost 3.00 each.
        bill.LineItems.Where(line => line.LineItemType == LineItemType.OverageUsage).Sum(line => line.Subtotal)
            .ShouldBe(75);
        bill.BillTotal.ShouldBe(75);
    }
}
