using Tallystick.Testing;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Invented companies: each story has its arithmetic as a comment, and its whole bill as a file beside it. A change of
/// a bill shows as a difference of lines here and in review.
/// </summary>
public sealed class GoldenBillTests
{
    private const string WriteSetting = "TALLYSTICK_WRITE_GOLDEN";

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Billing.Tests", "Golden");

    public static TheoryData<string> Companies =>
        [.. Directory.GetFiles(Folder, "*.story").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Companies))]
    public void Bill_OfACompany_IsAsCommitted(string company)
    {
        var path = Path.Combine(Folder, company + ".bill");
        var bill = BillText.Of(BillStory.BillOf(File.ReadAllText(Path.Combine(Folder, company + ".story"))));
        if (Environment.GetEnvironmentVariable(WriteSetting) is not null)
            File.WriteAllText(path, bill);

        if (Difference(File.ReadAllText(path).Split('\n'), bill.Split('\n')) is { } difference)
            Assert.Fail($"The bill of {company} has changed ({WriteSetting}=1 writes it anew):\n{difference}");
    }

    [Fact]
    public void Difference_OfTwoTexts_ShowsTheLinesThatDiffer()
    {
        Difference(["a", "b", "c"], ["a", "b", "c"]).ShouldBeNull();
        Difference(["a", "b", "c", "d"], ["a", "x", "c", "d"]).ShouldBe("  a\n- b\n+ x\n  c");
        Difference(["a"], ["a", "b"]).ShouldBe("  a\n+ b");
    }

    /// <summary>
    /// The stretch in which two texts differ, with the line before and after it; null for equal texts.
    /// </summary>
    private static string? Difference(string[] committed, string[] actual)
    {
        var shorter = Math.Min(committed.Length, actual.Length);
        var same = Enumerable.Range(0, shorter).TakeWhile(index => committed[index] == actual[index]).Count();
        if (same == committed.Length && same == actual.Length)
            return null;
        var tail = Enumerable.Range(1, shorter - same).TakeWhile(back => committed[^back] == actual[^back]).Count();
        return string.Join('\n',
        [
            .. committed[Math.Max(0, same - 1)..same].Select(line => "  " + line),
            .. committed[same..^tail].Select(line => "- " + line),
            .. actual[same..^tail].Select(line => "+ " + line),
            .. actual[^tail..].Take(1).Select(line => "  " + line),
        ]);
    }
}
