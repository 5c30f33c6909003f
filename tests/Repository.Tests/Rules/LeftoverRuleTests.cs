using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class LeftoverRuleTests
{
    [Fact]
    public void Leftovers_RealTree_Pass() => LeftoverRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("// TO" + "DO: later")]
    [InlineData("/* FIX" + "ME */")]
    [InlineData("throw new NotImplementedException();")]
    [InlineData("[Fact(Skip = \"flaky\")]")]
    [InlineData("Thread.Sleep(100);")]
    [InlineData("// var total = lines.Sum();")]
    [InlineData("// Charge(account, lines);")]
    [InlineData("// total = 0;")]
    [InlineData("// if (isOpen)")]
    [InlineData("//}")]
    [InlineData("#pragma warning disable CA1852")]
    [InlineData("#pragma warning disable CA1852 // needed")]
    [InlineData("[SuppressMessage(\"Usage\", \"CA1852\")]")]
    public void Leftover_Planted_IsCaught(string line) =>
        LeftoverRule.Check(FileTree.Of(("src/A.cs", $"class A;\n{line}\n"))).Single().Line.ShouldBe(2);

    [Fact]
    public void Leftover_MarkerInADocument_IsCaught() =>
        LeftoverRule.Check(FileTree.Of(("docs/a.md", "# A\n\nTO" + "DO\n"))).Single().Line.ShouldBe(3);

    [Theory]
    [InlineData("// A price (per unit) is exact; it is never rounded.")]
    [InlineData("// The key comes last: until it exists, a start that was cut short is begun again.")]
    [InlineData("/// <summary>Charges x = y;</summary>")]
    [InlineData("var text = \"Thread.Sleep(1); // var a = 1;\";")]
    [InlineData("var text = $\"{(isOpen ? \"// a();\" : \"NotImplementedException\")}\";")]
    [InlineData("#pragma warning disable CA1852 // the test framework derives from it")]
    public void Leftover_ProseOrText_Passes(string line) =>
        LeftoverRule.Check(FileTree.Of(("src/A.cs", line))).ShouldBeEmpty();
}
