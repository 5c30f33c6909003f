using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class SizeRuleTests
{
    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void Sizes_RealTree_Pass() => SizeRule.Check(FileTree.Real).ShouldBeNone();

    [Fact]
    public void FileSize_OneLineTooMany_IsCaught()
    {
        SizeRule.CheckFiles(FileTree.Of(("src/A.cs", Lines(SizeRule.FileLines))), None).ShouldBeEmpty();
        SizeRule.CheckFiles(FileTree.Of(("src/A.cs", Lines(SizeRule.FileLines + 1))), None).ShouldHaveSingleItem();
    }

    [Fact]
    public void FileSize_OnTheAllowList_IsPermittedWhileNeeded()
    {
        var allowed = new Dictionary<string, string> { ["src/A.cs"] = "a table" };
        SizeRule.CheckFiles(FileTree.Of(("src/A.cs", Lines(500))), allowed).ShouldBeEmpty();
        SizeRule.CheckFiles(FileTree.Of(("src/A.cs", Lines(5))), allowed).Single().Message.ShouldEndWith("take it off");
        SizeRule.CheckFiles(FileTree.Of(), allowed).Single().Message.ShouldEndWith("take it off");
    }

    [Fact]
    public void FileSize_OnTheAllowListWithoutReason_IsCaught() =>
        SizeRule.CheckFiles(
                FileTree.Of(("src/A.cs", Lines(500))), new Dictionary<string, string> { ["src/A.cs"] = "" })
            .Single().Message.ShouldContain("without a reason");

    [Theory]
    [InlineData("void Long(int a = 1)")]
    [InlineData("[Fact]\n    public async Task<List<int>> Long<T>(T a) where T : class")]
    [InlineData("public static bool operator ==(A a, A b)")]
    [InlineData("int X => 1;\n    public A(int a)\n        : base(a)")]
    public void MethodSize_OneLineTooMany_IsCaught(string head)
    {
        SizeRule.Check(FileTree.Of(("src/A.cs", Class(head, SizeRule.MethodLines - 20)))).ShouldBeEmpty();
        SizeRule.Check(FileTree.Of(("src/A.cs", Class(head, SizeRule.MethodLines)))).ShouldHaveSingleItem()
            .Message.ShouldContain("divide it");
    }

    [Fact]
    public void MethodSize_ExpressionBody_IsCaught()
    {
        var text = $"class A\n{{\n    int Long() => new List<int>\n    {{\n{Lines(80, "1,")}\n    }}.Count;\n}}";
        SizeRule.Check(FileTree.Of(("src/A.cs", text))).ShouldHaveSingleItem().Line.ShouldBe(3);
    }

    [Fact]
    public void MethodSize_TwoShortMethods_AreNotAddedUp()
    {
        var method = $"    void F(string a)\n    {{\n{Lines(40, "        Call(\"}\");")}\n    }}\n";
        SizeRule.Check(FileTree.Of(("src/A.cs", $"class A\n{{\n{method}{method}{method}}}"))).ShouldBeEmpty();
    }

    [Fact]
    public void LineWidth_OneColumnTooMany_IsCaught()
    {
        var (fits, wide) = (new string('x', SizeRule.Columns), new string('x', SizeRule.Columns + 1));
        SizeRule.Check(FileTree.Of(("src/A.cs", fits), ("docs/openapi.json", wide))).ShouldBeEmpty();
        SizeRule.Check(FileTree.Of(("src/A.cs", $"{fits}\n{wide}"))).Single().Line.ShouldBe(2);
        SizeRule.Check(FileTree.Of(("test", wide))).ShouldHaveSingleItem();
    }

    private static string Lines(int count, string line = "class A;") =>
        string.Join('\n', Enumerable.Repeat(line, count)) + "\n";

    private static string Class(string head, int lines) =>
        $"class A : B\n{{\n    {head}\n    {{\n{Lines(lines, "        if (x) { }")}    }}\n}}\n";
}
