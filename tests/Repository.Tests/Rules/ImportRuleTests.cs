using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class ImportRuleTests
{
    [Fact]
    public void Imports_RealTree_AreInOrder() => ImportRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("NodaTime", "System")]
    [InlineData("Tallystick.Billing.BalanceTransactions", "Tallystick.Billing.Balances")]
    [InlineData("Tallystick.Billing.Bills", "Tallystick.Billing")]
    public void Import_OutOfOrder_IsCaught(string first, string second) =>
        Check(first, second).Single().Line.ShouldBe(2);

    [Theory]
    [InlineData("System.Text", "Microsoft.Data")]
    [InlineData("Tallystick.Billing", "Tallystick.Billing.Bills")]
    [InlineData("Tallystick.BillJobs", "Tallystick.Bills")]
    public void Imports_InOrder_Pass(string first, string second) => Check(first, second).ShouldBeEmpty();

    private static IEnumerable<Violation> Check(string first, string second) =>
        ImportRule.Check(FileTree.Of(("src/A.cs", $"using {first};\nusing {second};\n\nclass A;\n")));
}
