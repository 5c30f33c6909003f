using Tallystick.Billing.Calculation.Present;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Commitments of parents and children (reference 9.2): <c>childBillingMode</c> says on whose bill they are. Acme is
/// the parent of uk and de, whose plans of their own charge 60.00 and 90.00; acme's usage costs 50.00.
/// </summary>
public sealed class CommitmentFamilyTests
{
    private const string Prepaid = "commitment prepaid from 2025-01-01 to 2026-01-01 amount 100.00 mode ";
    private const string OfUk = "commitment prepaid of uk from 2025-01-01 to 2026-01-01 amount 100.00 mode ";
    private const string Fee = "\nfee prepaid on 2025-02-01 amount 25.00 from 2025-02-01 to 2025-03-01\n";

    [Theory]
    [InlineData("breakdown", "", "uk 60.00, de 90.00, acme 50.00, uk -60.00 consumed")]
    [InlineData("summary", "", "uk 60.00, de 90.00, acme 50.00, acme -60.00 consumed")]
    [InlineData("child", "", "uk 60.00, de 90.00, acme 50.00")]
    public void CommitmentOfAChild_IsDrawnByTheChildsChargesOnTheParentsBill(string mode, string of, string lines) =>
        LinesOf("breakdown", ofUk: OfUk + mode, "", of).ShouldBe(Sorted(lines));

    [Fact]
    public void CommitmentOfAChildInChildMode_IsDrawnOnItsOwnBill() =>
        LinesOf("child", ofUk: OfUk + "child", "", "of uk").ShouldBe(Sorted("uk 60.00, uk -60.00 consumed"));

    [Fact]
    public void CommitmentOfAChild_WithoutMode_IsNotOnItsOwnBill() => LinesOf(
        "child", ofUk: OfUk.Replace(" mode ", "", StringComparison.Ordinal), "", "of uk").ShouldBe("uk 60.00");

    [Fact]
    public void CommitmentOfAChild_DrawsForItsPartOfALineOfSeveralChildren() =>
        LinesOf("summary", ofUk: OfUk + "breakdown", "", "")
            .ShouldBe(Sorted("acme 150.00, acme 50.00, acme -60.00 consumed"));

    [Theory]
    [InlineData("breakdown", "", "uk 25.00 fee")]
    [InlineData("summary", "", "acme 25.00 fee")]
    [InlineData("child", "", "")]
    [InlineData("child", " of uk", "uk 25.00 fee")]
    [InlineData("breakdown", " of uk", "")]
    public void FeesOfACommitmentOfAChild_FollowItsMode(string mode, string of, string lines) =>
        LinesOf("child", ofUk: OfUk + mode + Fee, "", "frequency adhoc" + of).ShouldBe(lines);

    [Theory]
    [InlineData("breakdown", "uk 60.00, de 90.00, acme 50.00, uk -60.00 consumed, de -40.00 consumed")]
    [InlineData("summary", "uk 60.00, de 90.00, acme 50.00, acme -100.00 consumed")]
    [InlineData("child", "uk 60.00, de 90.00, acme 50.00, acme -100.00 consumed")]
    public void CommitmentOfTheParent_IsDrawnByAllLinesOfItsBill(string mode, string lines)
    {
        var drawn = LinesOf("breakdown", "", Prepaid + mode, "");
        drawn.Split(", ").Where(line => line.EndsWith("consumed", StringComparison.Ordinal))
            .Sum(line => decimal.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(-100m);
        if (mode != "breakdown")
            drawn.ShouldBe(Sorted(lines));
        else
            drawn.Split(", ").Count(line => line.EndsWith("consumed", StringComparison.Ordinal)).ShouldBeGreaterThan(1);
    }

    private static string LinesOf(string mode, string ofUk, string ofAcme, string bill)
    {
        var own = $"plan own from 2025-01-01 mode {mode}\nprice calls tiered\nband from 0 unit 1\n";
        var made = BillStory.BillOf(
            $"{ofAcme}\nplan basic from 2025-01-01\nprice calls tiered\nband from 0 unit 1\n"
                + $"child uk\n{own}{ofUk}\nchild de\n{own}"
                + "usage calls 2025-01-10 50\nusage calls 2025-01-11 60 account uk\n"
                + $"usage calls 2025-01-12 90 account de\nbill 2025-02-01 {bill}");
        return Lines(made);
    }

    private static string Lines(CalculatedBill bill) => Sorted(string.Join(", ", bill.LineItems.Select(line =>
        $"{line.ChildAccountCode ?? bill.AccountCode} {BillText.Amount(line.Subtotal)}" + line.LineItemType switch
        {
            Bills.LineItemType.CommitmentConsumed => " consumed",
            Bills.LineItemType.CommitmentFee => " fee",
            _ => "",
        })));

    private static string Sorted(string lines) =>
        string.Join(", ", lines.Split(", ").Order(StringComparer.Ordinal));
}
