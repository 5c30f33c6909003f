using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class PackageRuleTests
{
    private static readonly (string, string) Lock = ("src/A/packages.lock.json", "{}");
    private static readonly (string, string) Solution = ("Tallystick.slnx", "<Project Path=\"src/A/A.csproj\" />");

    [Fact]
    public void Packages_RealTree_Pass() => PackageRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("<PackageReference Include=\"Dapper\" Version=\"2.1.0\" />")]
    [InlineData("<PackageReference Include=\"Dapper\" VersionOverride=\"2.1.0\" />")]
    public void Version_InAProject_IsCaught(string line) =>
        PackageRule.Check(FileTree.Of(("src/A/A.csproj", line), Lock, Solution))
            .Single().Message.ShouldContain("version");

    [Fact]
    public void Version_InItsOnePlace_Passes() =>
        PackageRule.Check(FileTree.Of(
                ("Directory.Packages.props", "<PackageVersion Include=\"Dapper\" Version=\"2.1.0\" />"),
                ("src/A/A.csproj", "<PackageReference Include=\"Dapper\" />"), Lock, Solution))
            .ShouldBeEmpty();

    [Fact]
    public void LockFile_Missing_IsCaught() =>
        PackageRule.Check(FileTree.Of(("src/A/A.csproj", ""), Solution))
            .Single().Message.ShouldContain("packages.lock.json");

    [Fact]
    public void Project_NotInTheSolution_IsCaught() =>
        PackageRule.Check(FileTree.Of(("src/A/A.csproj", ""), Lock)).Single().Message.ShouldContain("nobody builds it");
}
