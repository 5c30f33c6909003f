using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class MachinePathRuleTests
{
    [Fact]
    public void MachinePaths_RealTree_Pass() => MachinePathRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("/wo" + "rk/main")]
    [InlineData("see \"/ho" + "me/ann/notes\"")]
    [InlineData("(/ro" + "ot/.config)")]
    public void MachinePath_Planted_IsCaught(string line) =>
        MachinePathRule.Check(FileTree.Of(("docs/a.md", $"# A\n{line}"))).Single().Line.ShouldBe(2);

    [Theory]
    [InlineData("https://example.com/home/page")]
    [InlineData("src/homework/a.cs")]
    public void MachinePath_PartOfAnother_Passes(string line) =>
        MachinePathRule.Check(FileTree.Of(("docs/a.md", line))).ShouldBeEmpty();
}
