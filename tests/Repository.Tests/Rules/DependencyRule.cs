using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>Who may use whom, as the table of the architecture document says.</summary>
internal static partial class DependencyRule
{
    // What every project is built with.
    private const string PlainSdk = "Microsoft.NET.Sdk";

    public static IEnumerable<Violation> Check(FileTree tree)
    {
        var table = DependencyTable.Parse(tree.Find(DependencyTable.Document)?.Text ?? "");
        var ours = tree.Projects.Where(file => file.IsUnder("src")).ToList();
        return CheckCompleteness(ours, table)
            .Concat(ours.SelectMany(project => CheckProject(project, table)))
            .Concat(table.Rows.SelectMany(row => CheckSources(tree, row, table)));
    }

    private static IEnumerable<Violation> CheckCompleteness(List<SourceFile> ours, DependencyTable table)
    {
        foreach (var project in ours.Where(project => !table.Rows.Any(row => row.Place == PlaceOf(project))))
            yield return new Violation(project.Path, 0, $"has no row in the table of {DependencyTable.Document}");
        foreach (var row in table.Rows.Where(row => !ours.Any(project => PlaceOf(project) == row.Project)))
            yield return new Violation(DependencyTable.Document, 0, $"has a row for {row.Place}, which does not exist");
    }

    private static IEnumerable<Violation> CheckProject(SourceFile project, DependencyTable table)
    {
        if (table.Rows.FirstOrDefault(row => row.Place == PlaceOf(project)) is not { } row)
            yield break;
        foreach (var (index, line) in project.Lines.Index())
        {
            if (ProjectReference().Match(line) is { Success: true } reference
                && !row.MayUse.Contains(reference.Groups[1].Value))
                yield return new Violation(project.Path, index + 1, $"must not reference {reference.Groups[1].Value}");
            if (Package().Match(line) is { Success: true } package
                && package.Groups[2].Value != PlainSdk && !row.MayUse.Contains(package.Groups[2].Value))
            {
                foreach (var name in row.MustNotUse.Where(name => table.Families[name].Packages.Any(Covers)))
                {
                    yield return new Violation(
                        project.Path, index + 1, $"must not use {name}: {package.Groups[2].Value}");
                }
            }

            bool Covers(string pattern) => pattern.EndsWith('*')
                ? package.Groups[2].Value.StartsWith(pattern[..^1], StringComparison.Ordinal)
                : package.Groups[2].Value == pattern;
        }
    }

    private static IEnumerable<Violation> CheckSources(FileTree tree, DependencyRow row, DependencyTable table)
    {
        var ours = table.Rows.Select(other => other.Project).Distinct()
            .Where(project => project != row.Project && !row.MayUse.Contains(project));
        var forbidden = ours.Select(project => (Name: project, Pattern: OurNames(project)))
            .Concat(row.MustNotUse.SelectMany(
                name => table.Families[name].Names, (name, word) => (Name: name, Pattern: Word(word))))
            .ToList();
        return from file in tree.CSharp
               where file.IsUnder($"src/{row.Place}")
               from line in file.Code.Lines.Index()
               from rule in forbidden
               let match = rule.Pattern.Match(line.Item)
               where match.Success
               select new Violation(
                   file.Path, line.Index + 1, $"{row.Place} must not use {rule.Name}: {match.Value.Trim()}");
    }

    // Within our namespaces a project may also be named without the prefix, as in Metering.Meters.Meter.
    private static Regex OurNames(string project) =>
        new($@"\bTallystick\.{project}\b|(?<![\w.]){project}\.(?=[A-Z]\w*\.)");

    private static Regex Word(string word) => new($@"(?<!\w){Regex.Escape(word)}\b");

    private static string PlaceOf(SourceFile project) => Path.GetFileNameWithoutExtension(project.Name);

    [GeneratedRegex(@"<ProjectReference\s+Include=""[^""]*?([\w.]+)\.csproj""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"<(PackageReference\s+Include|FrameworkReference\s+Include|Project\s+Sdk)=""([^""]+)""")]
    private static partial Regex Package();
}
