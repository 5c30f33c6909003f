using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>Each document has one title, its links lead somewhere, and the index of the documents names it.</summary>
internal static partial class DocumentRule
{
    private const string Index = "docs/README.md";

    public static IEnumerable<Violation> Check(FileTree tree) =>
        tree.Documents.SelectMany(CheckTitle)
            .Concat(tree.Documents.SelectMany(file => CheckLinks(tree, file)))
            .Concat(CheckIndex(tree));

    private static IEnumerable<Violation> CheckTitle(SourceFile file)
    {
        var titles = Prose(file).Where(line => line.Text.StartsWith("# ", StringComparison.Ordinal)).ToList();
        if (titles.Count != 1)
        {
            var line = titles.LastOrDefault().Line;
            yield return new Violation(file.Path, line, $"has {titles.Count} titles (H1) and needs exactly one");
        }
    }

    private static IEnumerable<Violation> CheckLinks(FileTree tree, SourceFile file) =>
        from link in Links(file)
        where !tree.Has(link.Target)
        select new Violation(file.Path, link.Line, $"links to {link.Target}, which does not exist");

    private static IEnumerable<Violation> CheckIndex(FileTree tree)
    {
        var linked = tree.Find(Index) is { } index ? Links(index).Select(link => link.Target).ToHashSet() : [];
        return tree.Documents.Where(file => file.IsUnder("docs") && file.Path != Index && !linked.Contains(file.Path))
            .Select(file => new Violation(file.Path, 0, $"is not linked by {Index}"));
    }

    private static IEnumerable<(int Line, string Target)> Links(SourceFile file) =>
        from line in Prose(file)
        from Match match in Link().Matches(InlineCode().Replace(line.Text, ""))
        let target = match.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !Scheme().IsMatch(target)
        select (line.Line, Resolve(file.Folder, target));

    /// <summary>The lines outside of fenced code.</summary>
    private static IEnumerable<(int Line, string Text)> Prose(SourceFile file)
    {
        var isCode = false;
        foreach (var (index, line) in file.Lines.Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode)
                yield return (index + 1, line);
        }
    }

    private static string Resolve(string folder, string target)
    {
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".")
                parts.Add(part);
        }
        return string.Join('/', parts);
    }

    [GeneratedRegex(@"\]\(\s*<?([^)\s>]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\A([a-z][a-z+.-]*:|//)", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();
}
