namespace Tallystick.Repository.Tests.Sources;

public sealed class CSharpTextTests
{
    [Theory]
    [InlineData("var a = 1; // one", "var a = 1;")]
    [InlineData("var a = /* one */ 1;", "var a =           1;")]
    [InlineData("F(\"a // b\", 'c');", "F(        ,    );")]
    [InlineData("F(\"a \\\" b\", c);", "F(        , c);")]
    [InlineData("F(@\"a \"\" b\\\", c);", "F(@         , c);")]
    [InlineData("F($\"a {b + \"c\"} d {{e}}\");", "F($    b +              );")]
    [InlineData("F('\\'', '\"', c);", "F(    ,    , c);")]
    [InlineData("F(\"\"\"a \"b\" {c}\"\"\", d);", "F(               , d);")]
    public void CSharpText_CommentsAndTexts_AreBlanked(string text, string code) =>
        CSharpText.Of(text).Text.TrimEnd().ShouldBe(code);

    [Fact]
    public void CSharpText_Comments_KeepTheirLines()
    {
        var code = CSharpText.Of("a();\n// one\nb(\"// no\"); /* two\nthree */ c();\n");
        code.Comments.ShouldBe([(2, "// one"), (3, "/* two"), (4, "three")]);
        code.Lines.Count.ShouldBe(5);
    }
}
