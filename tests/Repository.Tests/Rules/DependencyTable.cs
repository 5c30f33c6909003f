using System.Text.RegularExpressions;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>What one project, or one folder of a project, may and must not use.</summary>
/// <param name="Place">Below <c>src</c>, such as <c>Pricing</c> or <c>Pricing/Rating</c>.</param>
/// <param name="MayUse">Our projects, and packages where others are forbidden.</param>
/// <param name="MustNotUse">Names of families.</param>
internal sealed record DependencyRow(string Place, IReadOnlyList<string> MayUse, IReadOnlyList<string> MustNotUse)
{
    public string Project => Place.Split('/')[0];

    public bool IsProject => !Place.Contains('/');
}

/// <summary>What a family consists of.</summary>
/// <param name="Packages">Packages, frameworks and SDKs, as the project file names them; <c>*</c>: any ending.</param>
/// <param name="Names">Namespaces, types and words, as a source names them.</param>
internal sealed record Family(IReadOnlyList<string> Packages, IReadOnlyList<string> Names);

/// <summary>The two tables of the architecture document; their items stand in <c>code</c> marks.</summary>
internal sealed partial record DependencyTable(
    IReadOnlyList<DependencyRow> Rows, IReadOnlyDictionary<string, Family> Families)
{
    public const string Document = "docs/architecture.md";

    /// <exception cref="FormatException">The document lacks a table, or a row names an unknown family.</exception>
    public static DependencyTable Parse(string markdown)
    {
        var families = Read(markdown, "| family |").ToDictionary(
            row => row[0].Trim(), row => new Family(Items(row[1]), Items(row[2])), StringComparer.Ordinal);
        var rows = Read(markdown, "| part |")
            .Select(row => new DependencyRow(Items(row[0]).Single(), Items(row[1]), Names(row[2])))
            .ToList();
        var unknown = rows.SelectMany(row => row.MustNotUse).FirstOrDefault(name => !families.ContainsKey(name));
        if (unknown is not null)
            throw new FormatException($"{Document} forbids '{unknown}', which is no family of its second table.");
        return new DependencyTable(rows, families);
    }

    private static List<string[]> Read(string markdown, string header)
    {
        var rows = markdown.Split('\n')
            .SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim().Trim('|').Split('|'))
            .ToList();
        if (rows.Count == 0 || rows.Any(row => row.Length != 3))
            throw new FormatException($"{Document} needs a table of three columns that begins with '{header}'.");
        return rows;
    }

    private static IReadOnlyList<string> Items(string cell) =>
        [.. Item().Matches(cell).Select(match => match.Groups[1].Value)];

    private static IReadOnlyList<string> Names(string cell) =>
        cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Item();
}
