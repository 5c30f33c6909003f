using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class ExactNumberRuleTests
{
    [Fact]
    public void ExactNumbers_RealTree_Pass() => ExactNumberRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("public double Amount { get; }")]
    [InlineData("var share = (float)days / all;")]
    [InlineData("var rate = 0.5d;")]
    public void BinaryFraction_InTheDomain_IsCaught(string line) =>
        ExactNumberRule.Check(FileTree.Of(("src/Billing/A.cs", line))).Single().Message.ShouldContain("decimal");

    [Theory]
    [InlineData("src/Pricing/A.cs", "var text = \"double\"; // never a float")]
    [InlineData("src/Pricing/A.cs", "var one = lines.Single();")]
    [InlineData("src/Server/A.cs", "double seconds;")]
    public void BinaryFraction_OnlyNamedOrElsewhere_Passes(string path, string line) =>
        ExactNumberRule.Check(FileTree.Of((path, line))).ShouldBeEmpty();

    [Fact]
    public void BinaryFraction_OnTheAllowList_IsPermittedWhileNeeded()
    {
        var allowed = new Dictionary<string, string> { ["src/Billing/A.cs"] = "a ratio for display" };
        ExactNumberRule.Check(FileTree.Of(("src/Billing/A.cs", "double a;")), allowed).ShouldBeEmpty();
        ExactNumberRule.Check(FileTree.Of(("src/Billing/A.cs", "decimal a;")), allowed).ShouldHaveSingleItem();
    }
}
