using Tallystick.Billing.Bills;

namespace Tallystick.Billing.Tests;

/// <summary>What charges draw from commitments and balances, and in which order.</summary>
public sealed class DrawdownTests
{
    // January: a standing charge of 100.00 in arrears and 3,000 x 0.10 = 300.00 of usage.
    private const string January = """
        plan   basic  from 2025-01-01  standing 100
        price  calls  tiered
        band   from 0  unit 0.10
        usage  calls  2025-01-10  3000
        bill   2025-02-01
        line   STANDING_CHARGE 2025-01-01..2025-02-01 100.00
        line   USAGE 2025-01-01..2025-02-01 300.00
        """;

    [Fact]
    public void MonthlyBillOfACommitment_HasUsageConsumedAndFeeIndependently() => BillStory.Check("""
        plan       basic  from 2025-01-01
        price      calls  tiered
        band       from 0  unit 0.10
        usage      calls  2025-01-10  3000
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 12000  plan basic
        bill       2025-02-01
        line       USAGE 2025-01-01..2025-02-01 300.00
        line       COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -300.00
        line       COMMITMENT_FEE 2025-01-01..2025-02-01 1000.00
        total      1000.00
        """);

    [Theory]
    [InlineData("amount 1000", "-400.00", "0.00")] // all types
    [InlineData("amount 1000  types USAGE", "-300.00", "100.00")]
    [InlineData("amount 1000  types STANDING_CHARGE", "-100.00", "300.00")]
    [InlineData("amount 1000  types MINIMUM_SPEND", null, "400.00")]
    [InlineData("amount 150", "-150.00", "250.00")] // standing charge first
    [InlineData("amount 1000  products other", null, "400.00")]
    [InlineData("amount 1000  products 1", "-400.00", "0.00")]
    [InlineData("amount 1000  contract c", null, "400.00")] // the account plan has no contract
    public void Commitment_TypesProductsAndContract_DetermineWhatDraws(string terms, string? drawn, string total) =>
        BillStory.Check($"""
            {January}
            commitment prepaid  from 2025-01-01  to 2026-01-01  {terms}
            {Line("COMMITMENT_CONSUMED", drawn)}
            total      {total}
            """);

    [Fact]
    public void Commitment_DrawnBefore_HasTheRest() => BillStory.Check($"""
        {January}
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 1000
        drawn      prepaid  amount 990
        line       COMMITMENT_CONSUMED 2025-01-01..2025-02-01 -10.00
        total      390.00
        """);

    [Fact]
    public void Decision12_SeveralCommitments_AreDrawnByEndThenStart()
    {
        var consumed = BillStory.BillOf($"""
            {January}
            commitment late      from 2025-01-01  to 2026-01-01  amount 1000
            commitment earlyNew  from 2025-01-01  to 2025-07-01  amount 50
            commitment earlyOld  from 2024-06-01  to 2025-07-01  amount 50
            """).LineItems.Where(line => line.LineItemType == LineItemType.CommitmentConsumed);
        consumed.Select(line => $"{line.CommitmentId} {BillText.Amount(line.Subtotal)}").Order()
            .ShouldBe(["earlyNew -50.00", "earlyOld -50.00", "late -300.00"]);
    }

    [Fact]
    public void Decision12_OrderOfCharges_IsStandingChargeBeforeUsage()
    {
        var finished = BillStory.FinishedOf($"""
            {January}
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 150
            """);
        var draw = finished.Bill.Derivation.Lines.Select(line => line.Derivation)
            .OfType<Calculation.Lines.CreditDraw>().Single();
        draw.Draws.Select(one => one.Amount).ShouldBe([100, 50]);
        draw.Draws[0].LineId.ShouldBe(finished.Bill.LineItems[0].Id);
        finished.Entries.Single().Amount.ShouldBe(150);
    }

    [Fact]
    public void Commitment_ForTwoProducts_HasALineForEach()
    {
        var bill = BillStory.BillOf("""
            plan   a  from 2025-01-01  standing 100  product a
            plan   b  from 2025-01-01  standing 200  product b
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250
            bill   2025-02-01
            """);
        bill.LineItems.Select(line => $"{line.ProductName} {line.LineItemType} {BillText.Amount(line.Subtotal)}")
            .ShouldBe(
        [
            "a StandingCharge 100.00", "a CommitmentConsumed -100.00",
            "b StandingCharge 200.00", "b CommitmentConsumed -150.00",
        ]);
        bill.LineItems.Select(line => line.Id).Distinct().Count().ShouldBe(4);
    }

    [Theory]
    [InlineData("PREPAYMENT,BALANCE", "-400.00", null)]
    [InlineData("BALANCE,PREPAYMENT", "-100.00", "-300.00")]
    [InlineData("PREPAYMENT", "-400.00", null)]
    [InlineData("BALANCE", null, "-300.00")] // commitments do not draw
    public void CreditApplicationOrder_DeterminesWhichDrawsFirst(string order, string? commitment, string? balance) =>
        BillStory.BillOf($"""
            organization credits {order}
            {January}
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 1000
            balance    bonus    from 2025-01-01  to 2026-01-01
            credit     bonus    on 2025-01-01  amount 300
            """).Lines().Skip(2).ShouldBe(new[]
        {
            Line("COMMITMENT_CONSUMED", commitment), Line("BALANCE_CONSUMED", balance),
        }.Where(line => line.Length > 0).Select(line => line["line ".Length..]));

    [Theory]
    [InlineData("2025-01-16", "2026-01-01", "-51.61", "348.39")] // 100 x 16/31; the usage of January 10 is outside
    [InlineData("2025-01-01", "2025-01-16", "-348.39", "51.61")] // 100 x 15/31 + 300
    public void Decision14_ChargesPartlyOutsideTheCommitment_DrawByDaysAndByMeasuredUsage(
        string from, string to, string drawn, string total)
    {
        var bill = BillStory.BillOf($"""
            {January}
            commitment prepaid  from {from}  to {to}  amount 1000
            """);
        BillText.Amount(bill.LineItems.Single(line => line.CommitmentId is not null).Subtotal).ShouldBe(drawn);
        BillText.Amount(bill.BillTotal).ShouldBe(total);
    }

    [Theory]
    [InlineData(null, "none none", "-300.00")]
    [InlineData("finance", "a finance, b finance", "-100.00")]
    public void Balance_WithoutAccountingProduct_HasOneLineWithoutProduct(
        string? accounting, string products, string first)
    {
        var bill = BillStory.BillOf($"""
            plan    a  from 2025-01-01  standing 100  product a
            plan    b  from 2025-01-01  standing 200  product b
            balance bonus  from 2025-01-01  to 2026-01-01  {(accounting is null ? "" : "accounting " + accounting)}
            credit  bonus  on 2025-01-01  amount 1000
            bill    2025-02-01
            """);
        var drawn = bill.LineItems.Where(line => line.LineItemType == LineItemType.BalanceConsumed).ToList();
        string.Join(", ", drawn.Select(line => $"{line.ProductName ?? "none"} {line.AccountingProductId ?? "none"}"))
            .ShouldBe(products);
        BillText.Amount(drawn[0].Subtotal).ShouldBe(first);
        (drawn[0].ProductId is null).ShouldBe(accounting is null);
        bill.BillTotal.ShouldBe(0);
    }

    [Fact]
    public void Commitment_WithoutAccountingProduct_HasNoneOnItsLines()
    {
        var line = BillStory.BillOf($"""
            {January}
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 1000
            """).LineItems.Single(one => one.LineItemType == LineItemType.CommitmentConsumed);
        (line.ProductName is null, line.AccountingProductId).ShouldBe((false, null));
    }

    [Fact]
    public void Decision14_AdjoiningCommitments_CoverTheWholeChargeWithoutRemainder() => BillStory.BillOf("""
        plan   basic  from 2025-01-01  standing 100
        commitment one    from 2025-01-01  to 2025-01-07  amount 1000    # 6 of 31 days: 19.35
        commitment two    from 2025-01-07  to 2025-01-11  amount 1000    # 4 of 31 days: 12.90
        commitment three  from 2025-01-11  to 2025-02-01  amount 1000    # 21 of 31 days: 67.74, and 0.01
        bill   2025-02-01
        """).BillTotal.ShouldBe(0);

    [Theory]
    [InlineData("2025-01-31", 100, "-100.00")]
    [InlineData("2025-02-01", 100, null)] // at the end of the billed period: too late
    public void Balance_Transaction_CountsFromItsAppliedDate(string on, int amount, string? drawn) =>
        BillStory.Check($"""
            {January}
            balance bonus  from 2025-01-01  to 2026-01-01
            credit  bonus  on {on}  amount {amount}
            {Line("BALANCE_CONSUMED", drawn)}
            total   {(drawn is null ? "400.00" : "300.00")}
            """);

    [Fact]
    public void Balance_LaterDebit_IsNotDrawnOnSoThatItNeverFallsBelowZero() => BillStory.Check($"""
        {January}
        balance bonus  from 2025-01-01  to 2026-01-01
        credit  bonus  on 2025-01-01  amount 100
        credit  bonus  on 2025-03-01  amount -80
        line    BALANCE_CONSUMED 2025-01-01..2025-02-01 -20.00
        total   380.00
        """);

    [Theory]
    [InlineData("until 2025-04-01", null, "-400.00")] // all that is left
    [InlineData("until 2025-04-01  rollover 120", null, "-120.00")] // at most the rollover amount
    [InlineData("until 2025-04-01  rollover 120", "drawn bonus  amount 100  rollover yes", "-20.00")]
    [InlineData("until 2025-04-01  rollover 800", "drawn bonus  amount 950", "-50.00")] // no more than is left
    [InlineData("", null, null)] // no rollover: lapsed
    public void Balance_AfterItsEnd_HasItsRollover(string rollover, string? before, string? drawn)
    {
        var bill = BillStory.BillOf($"""
            {January}
            balance bonus  from 2024-01-01  to 2025-01-01  {rollover}
            credit  bonus  on 2024-01-01  amount 1000
            {before}
            """);
        bill.LineItems.Where(line => line.BalanceId is not null).Select(line => BillText.Amount(line.Subtotal))
            .ShouldBe(drawn is null ? [] : [drawn]);
    }

    [Fact]
    public void Balance_EndingInThePeriod_DrawsBothPartsInOneLine()
    {
        var finished = BillStory.FinishedOf($"""
            {January}
            balance bonus  from 2024-01-01  to 2025-01-16  until 2025-04-01  rollover 10
            credit  bonus  on 2024-01-01  amount 1000
            """);
        // 100 x 15/31 + 300 before the end, 10 of the rest after it.
        BillText.Amount(finished.Bill.BillTotal).ShouldBe("41.61");
        finished.Entries.Select(entry => (entry.IsRollover, entry.Amount)).ShouldBe([(false, 348.39m), (true, 10m)]);
        finished.Bill.LineItems.Count(line => line.BalanceId is not null).ShouldBe(1);
    }

    [Fact]
    public void Decision12_SeveralBalances_AreDrawnByEffectiveEnd()
    {
        var bill = BillStory.BillOf($"""
            {January}
            balance longer   from 2024-01-01  to 2025-06-01
            credit  longer   on 2024-01-01  amount 1000
            balance rolling  from 2024-01-01  to 2025-01-01  until 2025-03-01
            credit  rolling  on 2024-01-01  amount 100
            """);
        bill.LineItems.Where(line => line.BalanceId is not null)
            .Select(line => $"{line.BalanceId} {BillText.Amount(line.Subtotal)}").Order()
            .ShouldBe(["longer -300.00", "rolling -100.00"]);
    }

    [Theory]
    [InlineData("yes", "yes", "-400.00")]
    [InlineData("yes", "no", "-100.00")]
    [InlineData("no", "yes", "-100.00")]
    public void Overdraft_AllowedByOrganizationAndBalance_DrawsTheWholeCharge(
        string organization, string balance, string drawn)
    {
        var bill = BillStory.BillOf($"""
            organization overdraft {organization}
            {January}
            balance bonus  from 2025-01-01  to 2026-01-01  overdraft {balance}  percent 10
            credit  bonus  on 2025-01-01  amount 100
            """);
        BillText.Amount(bill.LineItems.Single(line => line.LineItemType == LineItemType.BalanceConsumed).Subtotal)
            .ShouldBe(drawn);
        bill.LineItems.Any(line => line.LineItemType == LineItemType.OverageSurcharge)
            .ShouldBe(drawn == "-100.00");
    }

    [Fact]
    public void CreditInAnotherCurrency_IsConvertedByTheTableBothWays() => BillStory.Check($"""
        rate    USD EUR 0.9
        rate    EUR USD 1.1
        {January}
        balance bonus  from 2025-01-01  to 2026-01-01  currency EUR
        credit  bonus  on 2025-01-01  amount 135
        line    BALANCE_CONSUMED 2025-01-01..2025-02-01 -135.00   # 90.00 for 100.00 USD, 45.00 x 1.1 = 49.50 USD
        total   250.50
        """);

    [Fact]
    public void CreditInAnotherCurrency_ThatCoversAll_LeavesNothing()
    {
        var bill = BillStory.BillOf($"""
            rate    USD EUR 0.91337
            rate    EUR USD 1.0948
            {January}
            balance bonus  from 2025-01-01  to 2026-01-01  currency EUR
            credit  bonus  on 2025-01-01  amount 1000
            """);
        bill.BillTotal.ShouldBe(0);
        BillText.Amount(bill.LineItems[^1].Subtotal).ShouldBe("-365.35"); // 400 x 0.91337 = 365.348
        bill.CurrencyConversions!.Select(rate => $"{rate.From} {rate.To}").ShouldBe(["EUR USD", "USD EUR"]);
    }

    [Fact]
    public void CreditInAnotherCurrency_WithoutRate_RefusesTheBill() =>
        Should.Throw<Calculation.BillRefusedException>(() => BillStory.BillOf($"""
            {January}
            balance bonus  from 2025-01-01  to 2026-01-01  currency EUR
            credit  bonus  on 2025-01-01  amount 135
            """)).Message.ShouldContain("no rate from USD to EUR");

    [Fact]
    public void Draws_OfABillWithNegativeLines_LeaveNoNegativeBill() => BillStory.BillOf("""
        plan   basic  from 2025-01-01  standing 100
        price  calls  tiered
        band   from 0  unit 0.10
        price  calls2  tiered
        band   from 0  unit 0.10
        usage  calls  2025-01-10  3000
        usage  calls2 2025-01-10  -1000    # a correction: -100.00
        balance bonus  from 2025-01-01  to 2026-01-01
        credit  bonus  on 2025-01-01  amount 1000
        bill   2025-02-01
        """).BillTotal.ShouldBe(0);

    private static string Line(string type, string? amount) =>
        amount is null ? "" : $"line {type} 2025-01-01..2025-02-01 {amount}";
}
