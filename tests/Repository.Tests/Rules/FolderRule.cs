using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>Folders are named after the domain, and those with much in them say what they own.</summary>
internal static class FolderRule
{
    private const int FilesWithoutReadme = 5;

    private static readonly string[] Banned =
        ["Common", "Utils", "Utilities", "Helpers", "Services", "Models", "Managers", "Enums", "Shared"];

    private static readonly string[] Rich =
        ["Aggregations", "Rating", "Calculation", "Ingest", "Commitments", "Balances"];

    private static readonly string[] Foundation = ["src/Foundation/Json", "src/Foundation/Values"];

    public static IEnumerable<Violation> Check(FileTree tree) =>
        CheckNames(tree).Concat(CheckFoundation(tree)).Concat(CheckReadmes(tree));

    private static IEnumerable<Violation> CheckNames(FileTree tree) =>
        from folder in Source(tree)
        where Banned.Contains(NameOf(folder), StringComparer.OrdinalIgnoreCase)
        select new Violation(folder, 0, "is a name for anything; name the folder after what it holds");

    private static IEnumerable<Violation> CheckFoundation(FileTree tree)
    {
        var folders = Source(tree).Where(folder => folder.StartsWith("src/Foundation/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToList();
        if (tree.Folders.Contains("src/Foundation") && !folders.SequenceEqual(Foundation))
            yield return new Violation("src/Foundation", 0, "must have exactly two folders: Json and Values");
    }

    private static IEnumerable<Violation> CheckReadmes(FileTree tree) =>
        from folder in Source(tree)
        where Rich.Contains(NameOf(folder)) && tree.Find($"{folder}/README.md") is null
        let count = tree.Files.Count(file => file.Folder == folder)
        where count > FilesWithoutReadme
        select new Violation(
            folder, 0, $"holds {count} files and no README.md that says what it owns, and what must not be confused");

    private static IEnumerable<string> Source(FileTree tree) =>
        tree.Folders.Where(folder => folder.StartsWith("src/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static string NameOf(string folder) => folder[(folder.LastIndexOf('/') + 1)..];
}
