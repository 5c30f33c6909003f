using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class TestClassRuleTests
{
    private const string Suite = "abstract class Suite(int a)\n{\n    [Fact]\n    public void A_B_C() { }\n}\n";

    [Fact]
    public void TestClasses_RealTree_Pass() => TestClassRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("public sealed class EmptyTests;")]
    [InlineData("public sealed class EmptyTests : IDisposable { public void Dispose() { } }")]
    [InlineData("class EmptyTests { const string Text = \"[Fact]\"; }")]
    [InlineData("class EmptyTests { }\nclass FullTests { [Fact] public void A() { } }")]
    public void TestClass_Empty_IsCaught(string text) =>
        TestClassRule.Check(FileTree.Of(("tests/A.Tests/A.cs", text))).Single().Message.ShouldStartWith("EmptyTests");

    [Theory]
    [InlineData("class FullTests { [Theory, InlineData(1)] public void A(int a) { } }")]
    [InlineData("class FullTests() : Suite(1);")]
    public void TestClass_WithTestsOfItsOwnOrItsSuite_Passes(string text) =>
        TestClassRule.Check(FileTree.Of(("tests/A.Tests/A.cs", text), ("tests/A.Tests/Suite.cs", Suite)))
            .ShouldBeEmpty();
}
