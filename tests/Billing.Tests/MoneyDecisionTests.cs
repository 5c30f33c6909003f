using Tallystick.Billing.Bills;
using Tallystick.Billing.Memos;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Decisions on rounding (reference 13.3) and on what people add to a bill (20), where the sources specify nothing.
/// </summary>
public sealed class MoneyDecisionTests
{
    [Fact]
    public void Decision01_Amounts_AreRoundedOncePerLineThenConvertedRoundedAndAddedUp()
    {
        var bill = BillStory.BillOf("""
            rate     EUR USD 1.0755
            plan     basic  from 2025-04-11  standing 20
            price    calls  tiered
            band     from 0  unit 0.001
            price    bytes  tiered
            band     from 0  unit 0.001
            usage    calls  2025-04-12  5
            usage    bytes  2025-04-12  5
            plan     euro   from 2025-04-01  standing 10.005  currency EUR  product Support
            bill     2025-05-01
            """);
        bill.LineItems.Select(line => (line.Subtotal, line.Currency, line.ConvertedSubtotal)).ShouldBe(
        [
            (13.33m, "USD", 13.33m), // 20 x 20 / 30: the factor is not rounded
            (0.01m, "USD", 0.01m), // 5 x 0.001 = 0.005
            (0.01m, "USD", 0.01m), // the same: each line by itself
            (10.01m, "EUR", 10.77m), // 10.005, then 10.01 x 1.0755 = 10.765755
        ]);
        bill.BillTotal.ShouldBe(24.12m);
    }

    [Theory]
    [InlineData("", "0.13")] // nothing set: 2 places, HALF_UP
    [InlineData("places 3", "0.125")]
    [InlineData("places 0", "0.00")]
    [InlineData("mode HALF_DOWN", "0.12")]
    [InlineData("mode HALF_EVEN", "0.12")]
    [InlineData("mode UP", "0.13")]
    [InlineData("mode DOWN", "0.12")]
    [InlineData("mode CEILING", "0.13")]
    [InlineData("mode FLOOR", "0.12")]
    [InlineData("mode UNNECESSARY  places 3", "0.125")]
    public void Decision01_Currency_DeterminesPlacesAndMode(string currency, string total) =>
        BillText.Amount(BillStory.BillOf($"""
            currency USD  {currency}
            plan     basic  from 2025-01-01  standing 0.125
            bill     2025-02-01
            """).BillTotal).ShouldBe(total);

    [Fact]
    public void Decision01_RemainderOfBands_IsOnTheLastBand()
    {
        // 10 x 0.0033 = 0.033, 10 x 0.0033 = 0.033 and 0.034: the line is 0.10.
        var line = BillStory.BillOf("""
            plan     basic  from 2025-01-01
            price    calls  tiered
            band     from 0   unit 0.0033
            band     from 10  unit 0.0033
            band     from 20  unit 0.0034
            usage    calls  2025-01-11  30
            bill     2025-02-01
            """).LineItems.ShouldHaveSingleItem();
        line.Subtotal.ShouldBe(0.10m);
        line.UsagePerPricingBand!.Select(band => band.BandSubtotal).ShouldBe([0.03m, 0.03m, 0.04m]);
    }

    [Theory]
    [InlineData(12, null, -12, 18)]
    [InlineData(30, null, -30, 0)]
    [InlineData(40, null, -40, -10)] // more than the bill: the total is negative
    [InlineData(40, 12, -12, 18)] // the part for this bill
    public void Decision18_Credit_IsOnTheBillWithTheAmountToApplyEvenBelowZero(
        int amount, int? applied, int subtotal, int total)
    {
        var memo = new CreditLineItem
        {
            Id = "memo",
            ProductId = Product.Id,
            AccountingProductId = Product.Id,
            Description = "Goodwill",
            Amount = amount,
            AmountToApplyOnBill = applied,
            ServicePeriodStartDate = At("2025-01-01"),
            ServicePeriodEndDate = At("2025-02-01"),
        };
        var bill = BillStory.BillOf("plan basic from 2025-01-01 standing 30\nbill 2025-02-01")
            .ToBill(At("2025-02-01"), At("2025-02-01"), null);

        var lines = BillMemos.With(bill, MemoLines.LineOf(memo, bill, [Product]));

        lines.Select(line => (line.SequenceNumber, line.LineItemType, line.Subtotal)).ShouldBe(
            [(1, LineItemType.StandingCharge, 30), (2, LineItemType.CreditMemo, subtotal)]);
        BillMemos.TotalOf(lines).ShouldBe(total);
    }
}
