using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class WriteRuleTests
{
    private const string Table =
        """
        | written without an event | by | why |
        | --- | --- | --- |
        | marks | `Marks` | they are no part of the audit trail |

        """;

    private const string Marks = "await change.PutDocumentAsync(Kind, id, json);";

    [Fact]
    public void Writes_RealTree_Pass() => WriteRule.Check(FileTree.Real).ShouldBeNone();

    [Theory]
    [InlineData("await store.TransactAsync(organizationId, work, token);")]
    [InlineData("Task<int> Write(IDocumentTransaction transaction);")]
    public void Source_WritingBesideTheUnitOfWork_IsCaught(string line)
    {
        Check(Table, ("src/Server/Events/Sweep.cs", line)).Single().Message.ShouldContain("unit of work");
        Check(Table, ("src/Resources/Changes/ResourceService.cs", line)).ShouldBeEmpty();
        Check(Table, ("src/Storage/Documents/Store.cs", line)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("await change.PutDocumentAsync(Kind, id, json);")]
    [InlineData("await change.Made.WriteWithoutEventAsync(definition, job, noted);")]
    [InlineData("change => change.RemoveDocumentsAsync(Kind, old));")]
    public void Source_WritingWithoutAnEventAndNotListed_IsCaught(string line) =>
        Check(Table, ("src/Server/Events/Sweep.cs", line)).Single().Message.ShouldContain("not in the table");

    [Fact]
    public void Entry_WithoutNeed_IsCaught() =>
        WriteRule.Check(FileTree.Of((DependencyTable.Document, Table))).Single().Message.ShouldContain("lists Marks");

    [Fact]
    public void Entry_WithoutAReason_IsCaught() =>
        Check(Table.Replace("they are no part of the audit trail", "", StringComparison.Ordinal))
            .Single().Message.ShouldContain("no reason");

    private static IEnumerable<Violation> Check(string table, params IEnumerable<(string Path, string Text)> planted) =>
        WriteRule.Check(FileTree.Of(
            [(DependencyTable.Document, table), ("src/Server/Events/Marks.cs", Marks), .. planted]));
}
