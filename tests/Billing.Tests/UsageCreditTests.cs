using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class UsageCreditTests
{
    private const string TwoProducts = """
        plan    storage  product Storage  from 2025-01-01  standing 20
        price   bytes    tiered
        band    from 0  unit 1
        price   spare    tiered  type product-credit
        band    from 0  unit 1
        plan    compute  product Compute  from 2025-01-01
        price   hours    tiered
        band    from 0  unit 1
        price   loyalty  tiered  type global-credit
        band    from 0  unit 1
        usage   bytes  2025-01-11  30
        usage   hours  2025-01-11  40
        """;

    [Theory]
    // spare within Storage (20 + 30), loyalty within all that is left (20 + 30 + 40 - spare)
    [InlineData(15, 10, "-15.00", "-10.00", "65.00")]
    [InlineData(50, 0, "-50.00", "0.00", "40.00")]
    [InlineData(70, 10, "-50.00", "-10.00", "30.00")] // not more than the product
    [InlineData(70, 90, "-50.00", "-40.00", "0.00")] // not more than the bill
    [InlineData(0, 90, "0.00", "-90.00", "0.00")]
    [InlineData(0, 91, "0.00", "-90.00", "0.00")]
    public void Credits_OfProductThenGlobal_NeverExceedWhatTheyCredit(
        int spare, int loyalty, string ofProduct, string global, string total) => BillStory.Check($"""
            {TwoProducts}
            usage   spare    2025-01-12  {spare}
            usage   loyalty  2025-01-12  {loyalty}
            bill    2025-02-01
            line    USAGE 2025-01-01..2025-02-01 40.00
            line    USAGE_CREDIT 2025-01-01..2025-02-01 {global}
            line    STANDING_CHARGE 2025-01-01..2025-02-01 20.00
            line    USAGE 2025-01-01..2025-02-01 30.00
            line    USAGE_CREDIT 2025-01-01..2025-02-01 {ofProduct}
            total   {total}
            """);

    [Fact]
    public void Credits_SeveralOfAProduct_TakeTurnsInTheOrderOfTheLines() => BillStory.Check("""
        plan    storage  from 2025-01-01  standing 20
        price   b  tiered  type product-credit
        band    from 0  unit 1
        price   a  tiered  type product-credit
        band    from 0  unit 1
        usage   a  2025-01-12  15
        usage   b  2025-01-12  15
        bill    2025-02-01
        line    STANDING_CHARGE 2025-01-01..2025-02-01 20.00
        line    USAGE_CREDIT 2025-01-01..2025-02-01 -15.00   # a
        line    USAGE_CREDIT 2025-01-01..2025-02-01 -5.00    # b
        total   0.00
        """);

    [Fact]
    public void Credit_OfAMinimumSpend_SeesIt() => BillStory.Check("""
        plan    storage  from 2025-01-01  minimum 20
        price   a  tiered  type product-credit
        band    from 0  unit 1
        usage   a  2025-01-12  15
        bill    2025-02-01
        line    USAGE_CREDIT 2025-01-01..2025-02-01 -15.00
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 20.00
        total   5.00
        """);

    [Fact]
    public void Credit_OfANegativeQuantity_TakesBackWithoutLimit() => BillStory.Check("""
        plan    storage  from 2025-01-01
        price   a  tiered  type product-credit
        band    from 0  unit 2
        usage   a  2025-01-12  -3
        bill    2025-02-01
        line    USAGE_CREDIT 2025-01-01..2025-02-01 6.00
        total   6.00
        """);

    [Fact]
    public void Credits_BeforeACommitment_LeaveTheRestToIt() => BillStory.Check("""
        plan    storage  from 2025-01-01  standing 20
        price   bytes    tiered
        band    from 0  unit 1
        price   spare    tiered  type product-credit
        band    from 0  unit 1
        usage   bytes    2025-01-11  80
        usage   spare    2025-01-12  30
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 1000
        bill    2025-02-01
        line    STANDING_CHARGE 2025-01-01..2025-02-01 20.00
        line    USAGE 2025-01-01..2025-02-01 80.00
        line    USAGE_CREDIT 2025-01-01..2025-02-01 -30.00
        line    COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -70.00
        total   0.00
        """);

    [Fact]
    public void Credits_GreaterThanTheCharges_DoNotPayTheFeeOfACommitment() => BillStory.Check("""
        plan    basic    from 2025-01-01
        price   bytes    tiered
        band    from 0  unit 1
        price   loyalty  tiered  type global-credit
        band    from 0  unit 1
        usage   bytes    2025-01-11  80
        usage   loyalty  2025-01-12  500
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 12000  plan basic  types MINIMUM_SPEND
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 80.00
        line    USAGE_CREDIT 2025-01-01..2025-02-01 -80.00
        line    COMMITMENT_FEE 2025-01-01..2025-02-01 1000.00
        total   1000.00
        """);

    [Fact]
    public void MinimumSpend_OfAPlan_DrawsOnACommitment() => BillStory.Check("""
        plan    basic    from 2025-01-01  minimum 100
        price   bytes    tiered
        band    from 0  unit 1
        usage   bytes    2025-01-11  80
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 1000  types MINIMUM_SPEND
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 80.00
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 20.00
        line    COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -20.00
        total   80.00
        """);

    [Fact]
    public void Credit_InAnotherCurrency_IsLimitedInTheBillingCurrency()
    {
        // Charges of 10.00 USD. A credit of 2,000 JPY would be 13.42 USD; limited to 10.00 USD it is 1,490 JPY,
        // although 1,490 JPY alone would be 9.9979 USD.
        var bill = BillStory.BillOf("""
            rate    JPY USD 0.00671
            plan    storage  from 2025-01-01  standing 10
            plan    gifts    from 2025-01-01  currency JPY
            price   a  tiered  type global-credit
            band    from 0  unit 1
            usage   a  2025-01-12  2000
            bill    2025-02-01
            """);
        var credit = bill.LineItems.Single(line => line.LineItemType == LineItemType.UsageCredit);
        (credit.Subtotal, credit.ConvertedSubtotal, bill.BillTotal).ShouldBe((-1490m, -10.00m, 0m));
        credit.Additional!.Select(fact => (fact.Key, fact.Value)).ShouldBe([("credit", -13.42m), ("limit", 10m)]);
    }

    [Fact]
    public void Credit_Line_HasItsBandsAsNegativeAmounts()
    {
        var bill = BillStory.BillOf("""
            plan    storage  from 2025-01-01  standing 30
            price   a  tiered  type product-credit
            band    from 0   unit 2
            band    from 10  unit 1
            usage   a  2025-01-12  50
            bill    2025-02-01
            """);
        var credit = bill.LineItems.Single(line => line.LineItemType == LineItemType.UsageCredit);
        // 10 x 2 + 40 x 1 = 60, limited to 30: each band by the same share.
        (credit.Quantity, credit.Units, credit.AverageUnitPrice, credit.Subtotal)
            .ShouldBe((50m, 50m, -0.6m, -30m));
        credit.UsagePerPricingBand!.Select(band => (band.BandUnits, band.UnitPrice, band.BandSubtotal))
            .ShouldBe([(10m, 2m, -10m), (40m, 1m, -20m)]);
    }

    [Theory]
    [InlineData("10", "5 5 5", "3.34 3.33 3.33")] // the cent goes to the first of equals
    [InlineData("10", "1 1 8", "1.00 1.00 8.00")]
    [InlineData("0.01", "1 1 8", "0.00 0.00 0.01")]
    [InlineData("0.02", "0.01 0.01 0", "0.01 0.01 0.00")] // never more than the weight
    [InlineData("0", "1 2", "0.00 0.00")]
    [InlineData("0", "0 0", "0.00 0.00")]
    public void Apportion_OfAnAmount_AddsUpExactly(string amount, string weights, string parts) =>
        string.Join(' ', Apportion.ByWeight(Number(amount), [.. weights.Split(' ').Select(Number)], places: 2)
            .Select(BillText.Amount)).ShouldBe(parts);
}
