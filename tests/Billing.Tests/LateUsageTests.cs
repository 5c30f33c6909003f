namespace Tallystick.Billing.Tests;

/// <summary>
/// Usage that arrives after its bill was locked, over months. A call costs 0.10, from the 1,000th on 0.05. January has
/// 900 calls, 90.00.
/// </summary>
public sealed class LateUsageTests
{
    private const string Terms = """
        organization late 90
        plan   basic   from 2025-01-01  standing 20.00
        price  calls   tiered
        band   from 0     unit 0.10
        band   from 1000  unit 0.05
        usage  calls   2025-01-10  900

        """;

    private const string January = Terms + "locked 2025-02-01\n";

    [Fact]
    public void LateUsage_IsOnTheNextBillAtThePricesAndThePlaceOfTheLockedOne() => ShouldBill(
        // 900 + 300 calls are 1,000 x 0.10 + 200 x 0.05 = 110.00, of which 90.00 are billed.
        $"{January}usage calls 2025-01-20 300\nusage calls 2025-02-10 100\n", "2025-03-01",
        "STANDING_CHARGE 20.00, USAGE 10.00, MANUAL_ADJUSTMENT 20.00");

    [Fact]
    public void LateUsage_ThatIsBilled_IsNotBilledAgain()
    {
        const string February = $"{January}usage calls 2025-01-20 300\nlocked 2025-03-01\n";
        ShouldBill(February, "2025-04-01", "STANDING_CHARGE 20.00");
        // Another 100 calls: 115.00 minus 90.00 minus 20.00.
        ShouldBill(
            $"{February}usage calls 2025-01-21 100\n", "2025-04-01", "STANDING_CHARGE 20.00, MANUAL_ADJUSTMENT 5.00");
    }

    [Fact]
    public void LateUsage_OnAPendingBill_StaysThere()
    {
        const string February = $"{January}usage calls 2025-01-20 300\npending 2025-03-01\n";
        ShouldBill(February, "2025-03-01", "STANDING_CHARGE 20.00, MANUAL_ADJUSTMENT 20.00");
        ShouldBill(February, "2025-04-01", "STANDING_CHARGE 20.00");
    }

    [Fact]
    public void LateUsage_WithAPendingBillInBetween_IsNotOnALaterBill() => ShouldBill(
        $"{January}pending 2025-03-01\nusage calls 2025-01-20 300\n", "2025-04-01", "STANDING_CHARGE 20.00");

    [Fact]
    public void UsageThatIsVoided_IsACredit() => ShouldBill(
        $"{January}usage calls 2025-01-20 -500\nusage calls 2025-02-10 600\n", "2025-03-01",
        "STANDING_CHARGE 20.00, USAGE 60.00, MANUAL_ADJUSTMENT -50.00");

    [Fact]
    public void CreditAboveTheCharges_CarriesOver()
    {
        const string Voided = $"{January}usage calls 2025-01-20 -500\n";
        ShouldBill(Voided, "2025-03-01", "STANDING_CHARGE 20.00, MANUAL_ADJUSTMENT -20.00");
        ShouldBill($"{Voided}locked 2025-03-01\n", "2025-04-01", "STANDING_CHARGE 20.00, MANUAL_ADJUSTMENT -20.00");
        ShouldBill(
            $"{Voided}locked 2025-03-01\nlocked 2025-04-01\n", "2025-05-01",
            "STANDING_CHARGE 20.00, MANUAL_ADJUSTMENT -10.00");
    }

    [Fact]
    public void UsageOfABillWithoutUsage_IsPricedAsTheBillWouldHave() => ShouldBill(
        $"{Terms.Replace("usage  calls   2025-01-10  900", "", StringComparison.Ordinal)}"
            + "locked 2025-02-01\nusage calls 2025-01-20 30\n",
        "2025-03-01", "STANDING_CHARGE 20.00, MANUAL_ADJUSTMENT 3.00");

    [Theory]
    [InlineData("late 0", "2025-03-01")]
    [InlineData("currency USD", "2025-03-01")]
    [InlineData("late 90", "2025-06-01")]    // 120 days after the bill
    public void LateUsage_WithoutThePolicyOrAfterItsTime_IsReportedOnly(string policy, string billDate) => ShouldBill(
        $"{January.Replace("late 90", policy, StringComparison.Ordinal)}usage calls 2025-01-20 300\n", billDate,
        "STANDING_CHARGE 20.00");

    [Fact]
    public void LateUsage_OfAChild_NamesTheChild()
    {
        var bill = BillStory.BillOf($"""
            {Terms}
            child   uk
            usage   calls  2025-01-11  100  account uk
            locked  2025-02-01
            usage   calls  2025-01-12  300  account uk
            bill    2025-03-01
            """);

        // 1,300 calls are 115.00: 79.62 of acme and 35.38 of uk; 90.00 and 10.00 are billed.
        bill.LineItems.Skip(1).Select(line => $"{line.ChildAccountCode} {BillText.Amount(line.Subtotal)}")
            .ShouldBe([" -10.38", "uk 25.38"]);
    }

    [Fact]
    public void Line_OfLateUsage_NamesTheLockedBillThePeriodAndTheQuantity()
    {
        var bill = BillStory.BillOf($"{January}usage calls 2025-01-20 300\nbill 2025-03-01");
        var line = bill.LineItems[^1];

        line.Description.ShouldBe("calls, difference to the bill of 2025-02-01");
        (line.Quantity, line.Unit, line.AggregationId).ShouldBe((300m, "call", "calls"));
        (line.ServicePeriodStartDate, line.ServicePeriodEndDate)
            .ShouldBe((Scenario.At("2025-01-01"), Scenario.At("2025-02-01")));
        line.ReferencedBillId.ShouldNotBeNull();
        line.ReferencedLineItemId.ShouldNotBeNull();
    }

    private static void ShouldBill(string story, string billDate, string lines)
    {
        var bill = BillStory.BillOf($"{story}bill {billDate}");
        string.Join(", ", bill.LineItems.Select(line =>
            $"{Foundation.Json.JsonFormat.Name(line.LineItemType)} {BillText.Amount(line.Subtotal)}")).ShouldBe(lines);
        bill.BillTotal.ShouldBeGreaterThanOrEqualTo(0);
    }
}
