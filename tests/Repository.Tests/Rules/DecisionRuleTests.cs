using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class DecisionRuleTests
{
    private const string Document = "# Tests\n\n| # | question |\n| --- | --- |\n| 1 | rounding |\n| 2 | refunds |\n";

    private const string Tests = "class A\n{\n    [Fact]\n    public void Decision01_Amount_IsRounded() { }\n"
        + "    [Fact]\n    public async Task Decision02_Refund_IsUsage() { }\n}\n";

    [Fact]
    public void Decisions_RealTree_Pass()
    {
        DecisionRule.Check(FileTree.Real).ShouldBeNone();
        FileTree.Real.Find("docs/billing-tests.md")!.Lines
            .Count(line => Enumerable.Range(1, 25).Any(number => line.StartsWith($"| {number} |"))).ShouldBe(25);
    }

    [Fact]
    public void Decisions_EachNamedByATest_Pass() => DecisionRule.Check(Tree(Document, Tests)).ShouldBeEmpty();

    [Fact]
    public void Decision_WithoutATest_IsCaught() =>
        DecisionRule.Check(Tree(Document, Tests.Replace("Decision02_", ""))).Single().Message
            .ShouldBe("no test has a name that begins with Decision02_");

    [Fact]
    public void Decision_NamedInATextOnly_IsCaught() =>
        DecisionRule.Check(Tree(Document, Tests.Replace(
            "void Decision01_Amount_IsRounded() { }",
            "void A() => B(\"void Decision01_Amount_IsRounded()\");"))).Single().Path.ShouldBe("docs/billing-tests.md");

    [Fact]
    public void Test_OfADecisionThatIsNotListed_IsCaught() =>
        DecisionRule.Check(Tree(Document.Replace("| 2 |", "| two |"), Tests)).Single()
            .ShouldBe(new Violation("tests/A.Tests/A.cs", 6, "decision 2 is not listed in docs/billing-tests.md"));

    private static FileTree Tree(string document, string tests) =>
        FileTree.Of(("docs/billing-tests.md", document), ("tests/A.Tests/A.cs", tests));
}
