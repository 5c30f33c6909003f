using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class DocumentRuleTests
{
    [Fact]
    public void Documents_RealTree_Pass() => DocumentRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("no title\n")]
    [InlineData("# One\n\n# Two\n")]
    [InlineData("```\n# a comment\n```\n")]
    public void Title_NoneOrTwo_IsCaught(string text) =>
        DocumentRule.Check(FileTree.Of(("README.md", text))).Single().Message.ShouldContain("H1");

    [Theory]
    [InlineData("[gone](missing.md)")]
    [InlineData("[gone](../missing.md#part)")]
    [InlineData("![gone](images/missing.png)")]
    public void Link_ToNothing_IsCaught(string link) =>
        DocumentRule.Check(FileTree.Of(("src/README.md", $"# A\n\n{link}\n"))).Single().Line.ShouldBe(3);

    [Theory]
    [InlineData("[file](B.md)")]
    [InlineData("[file](../LICENSE)")]
    [InlineData("[folder](../src/)")]
    [InlineData("[part](#part) and [web](https://example.com/a.md)")]
    [InlineData("`[code](missing.md)`")]
    public void Link_ToSomething_Passes(string link) =>
        DocumentRule.Check(FileTree.Of(("src/A.md", $"# A\n\n{link}\n"), ("src/B.md", "# B\n"), ("LICENSE", "")))
            .ShouldBeEmpty();

    [Fact]
    public void Index_DocumentLeftOut_IsCaught()
    {
        var document = ("docs/decisions/0001-a.md", "# A\n");
        Check("# Index\n").Single().Path.ShouldBe(document.Item1);
        Check("# Index\n\n[A](decisions/0001-a.md)\n").ShouldBeEmpty();

        IEnumerable<Violation> Check(string index) =>
            DocumentRule.Check(FileTree.Of(("docs/README.md", index), document));
    }
}
