using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class FolderRuleTests
{
    [Fact]
    public void Folders_RealTree_Pass() => FolderRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("src/Billing/Common/A.cs")]
    [InlineData("src/Server/Http/Helpers/Deep/A.cs")]
    [InlineData("src/Pricing/services/A.cs")]
    public void FolderName_ForAnything_IsCaught(string path) =>
        FolderRule.Check(FileTree.Of((path, ""))).Single().Message.ShouldContain("for anything");

    [Fact]
    public void FolderName_OfTheDomainOrOutsideOfSource_Passes() =>
        FolderRule.Check(FileTree.Of(("src/Billing/Bills/A.cs", ""), ("docs/Models/a.md", ""))).ShouldBeEmpty();

    [Fact]
    public void Foundation_ThirdFolder_IsCaught() =>
        FolderRule.Check(FileTree.Of(
                ("src/Foundation/Values/A.cs", ""),
                ("src/Foundation/Json/B.cs", ""),
                ("src/Foundation/Text/C.cs", "")))
            .Single().Path.ShouldBe("src/Foundation");

    [Fact]
    public void RichFolder_WithoutReadme_IsCaught()
    {
        var files = Enumerable.Range(1, 6).Select(number => ($"src/Pricing/Rating/F{number}.cs", "")).ToList();
        FolderRule.Check(FileTree.Of(files)).Single().Path.ShouldBe("src/Pricing/Rating");
        FolderRule.Check(FileTree.Of([.. files, ("src/Pricing/Rating/README.md", "")])).ShouldBeEmpty();
        FolderRule.Check(FileTree.Of(files.Take(5))).ShouldBeEmpty();
    }
}
