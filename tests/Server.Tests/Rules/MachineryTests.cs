using System.Text.RegularExpressions;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Api.Resources;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Rules;

/// <summary>
/// The machinery of resources, events and jobs knows no kind by name: what is special about one is in its definition.
/// </summary>
public sealed partial class MachineryTests
{
    private static readonly string[] Folders = ["src/Resources", "src/Server/Jobs"];

    [Fact]
    public void Machinery_NamesNoKind()
    {
        var kinds = AllKinds.Catalog.All.Where(definition => definition != QueuedJobResource.Definition)
            .SelectMany(definition => new[] { definition.Model.Name, definition.Kind, definition.Table })
            .Distinct().ToList();
        // Only used to list the organizations that the workers serve.
        kinds.Remove("InstalledOrganization");

        var named =
            from folder in Folders
            from path in Directory.EnumerateFiles(
                Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            from kind in NamedIn(File.ReadAllText(path), kinds)
            select $"{Path.GetRelativePath(Repository.Root, path)}: {kind}";

        named.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("if (kind == \"BalanceTransaction\")", "BalanceTransaction")]
    [InlineData("case AccessKey key:", "AccessKey")]
    [InlineData("related.ListAsync<PlanTemplate>()", "PlanTemplate")]
    [InlineData("from account_plan", "account_plan")]
    public void Kind_NamedInCode_IsFound(string code, string kind) =>
        NamedIn(code, [kind]).ShouldBe([kind]);

    [Fact]
    public void Kind_NamedInAComment_IsNotFound() =>
        NamedIn("/// <summary>Such as a Bill.</summary>", ["Bill"]).ShouldBeEmpty();

    private static IEnumerable<string> NamedIn(string code, IReadOnlyList<string> kinds)
    {
        var words = Word().Matches(Comment().Replace(code, "")).Select(word => word.Value).ToHashSet();
        return kinds.Where(words.Contains);
    }

    [GeneratedRegex("//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
