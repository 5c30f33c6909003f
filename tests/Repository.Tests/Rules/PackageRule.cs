using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>Versions of packages stand in one place and are locked, and the solution builds every project.</summary>
internal static partial class PackageRule
{
    private const string Versions = "Directory.Packages.props";
    private const string Solution = "Tallystick.slnx";

    public static IEnumerable<Violation> Check(FileTree tree) =>
        CheckVersions(tree).Concat(CheckLocks(tree)).Concat(CheckSolution(tree));

    private static IEnumerable<Violation> CheckVersions(FileTree tree) =>
        from file in tree.Files
        where file.Extension is ".csproj" or ".props" or ".targets" && file.Path != Versions
        from line in file.Lines.Index()
        where Version().IsMatch(line.Item)
        select new Violation(
            file.Path, line.Index + 1, $"names the version of a package; versions stand in {Versions}");

    private static IEnumerable<Violation> CheckLocks(FileTree tree) =>
        from project in tree.Projects
        where tree.Find($"{project.Folder}/packages.lock.json") is null
        select new Violation(project.Path, 0, "has no packages.lock.json; restore it and commit the file");

    private static IEnumerable<Violation> CheckSolution(FileTree tree)
    {
        var listed = Listed().Matches(tree.Find(Solution)?.Text ?? "")
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        return tree.Projects.Where(project => !listed.Contains(project.Path))
            .Select(project => new Violation(project.Path, 0, $"is not in {Solution}, so nobody builds it"));
    }

    [GeneratedRegex(@"<Package(Reference|Version)\b[^>]*\bVersion(Override)?\s*=")]
    private static partial Regex Version();

    [GeneratedRegex(@"<Project\s+Path=""([^""]+)""")]
    private static partial Regex Listed();
}
