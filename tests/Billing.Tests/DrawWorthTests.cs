namespace Tallystick.Billing.Tests;

/// <summary>How much of a charge a draw covers: in hierarchies, and in currencies of large units.</summary>
public sealed class DrawWorthTests
{
    [Theory]
    [InlineData("breakdown", "", "-60.00", "100.00")]    // the child's 60 only
    [InlineData("child", "of uk", "-60.00", "0.00")]
    [InlineData("child", "", null, "100.00")]
    [InlineData("summary", "", "-60.00", "100.00")]
    public void Decision14_BlockOfAHierarchyPartlyOutsideTheCommitment_DrawsWhatEachAccountUsedInside(
        string mode, string bill, string? drawn, string total) => ShouldDraw($"""
            plan    basic  from 2025-01-01  mode {mode}
            price   calls  tiered
            band    from 0  unit 1
            child   uk
            usage   calls  2025-01-05  100
            usage   calls  2025-01-20  60  account uk
            commitment prepaid  from 2025-01-16  to 2026-01-01  amount 1000  mode {(bill == "" ? "breakdown" : "child")}
            bill    2025-02-01  {bill}
            """, drawn, total);

    [Theory]
    [InlineData("2025-01-05", "2025-01-05", null, "200.00")]
    [InlineData("2025-01-05", "2025-01-20", "-100.00", "100.00")]
    [InlineData("2025-01-20", "2025-01-20", "-200.00", "0.00")]
    public void Decision14_SummedPlansOfChildrenPartlyOutsideTheCommitment_DrawWhatTheChildrenUsedInside(
        string uk, string de, string? drawn, string total) => ShouldDraw($"""
            child   uk
            plan    own  from 2025-01-01  mode summary
            price   calls  tiered
            band    from 0  unit 1
            child   de
            plan    own  from 2025-01-01  mode summary
            price   calls  tiered
            band    from 0  unit 1
            usage   calls  {uk}  100  account uk
            usage   calls  {de}  100  account de
            commitment prepaid  from 2025-01-16  to 2026-01-01  amount 1000
            bill    2025-02-01
            """, drawn, total);

    [Theory]
    [InlineData("49", 1, null, "49.00")]      // 0.49 points are 0: nothing is drawn, nothing covered
    [InlineData("151", 5, "-2.00", "0.00")]   // 1.51 points are 2
    [InlineData("149", 5, "-1.00", "49.00")]  // 1.49 points are 1, worth 100.00
    [InlineData("151", 1, "-1.00", "51.00")]  // no more than there is
    [InlineData("0.01", 1, null, "0.01")]
    public void Credit_InACurrencyOfLargeUnits_NeverCoversMoreThanItsDrawIsWorth(
        string standing, int points, string? drawn, string total) => ShouldDraw($"""
            currency PTS  places 0
            rate    USD PTS 0.01
            rate    PTS USD 100
            plan    basic  from 2025-01-01  standing {standing}
            balance bonus  from 2025-01-01  to 2026-01-01  currency PTS
            credit  bonus  on 2025-01-01  amount {points}
            bill    2025-02-01
            """, drawn, total);

    [Fact]
    public void Credit_InACurrencyOfLargeUnits_DoesNotCoverManySmallChargesForNothing() => ShouldDraw("""
        currency PTS  places 0
        rate    USD PTS 0.01
        rate    PTS USD 100
        plan    a  from 2025-01-01  standing 40  product a
        plan    b  from 2025-01-01  standing 40  product b
        plan    c  from 2025-01-01  standing 60  product c
        balance bonus  from 2025-01-01  to 2026-01-01  currency PTS
        credit  bonus  on 2025-01-01  amount 5
        bill    2025-02-01
        """, "-1.00", "80.00"); // only 60.00 is worth a point

    private static void ShouldDraw(string story, string? drawn, string total)
    {
        var bill = BillStory.BillOf(story);
        bill.LineItems.Where(line => (line.CommitmentId ?? line.BalanceId) is not null)
            .Select(line => BillText.Amount(line.Subtotal)).ShouldBe(drawn is null ? [] : [drawn]);
        BillText.Amount(bill.BillTotal).ShouldBe(total);
    }
}
