using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>
/// There is one way to write documents: the unit of work. What it writes without an event is listed, with the reason,
/// in a table of the architecture document.
/// </summary>
internal static partial class WriteRule
{
    private const string Document = DependencyTable.Document;
    private const string Header = "| written without an event |";

    /// <summary>Who declares the port, and who implements it.</summary>
    private static readonly string[] Port = ["src/Resources/Documents", "src/Storage"];

    /// <summary>The unit of work, and what it consists of.</summary>
    private static readonly string[] UnitOfWork = ["ResourceService", "ResourceChange", "ChangeEvents"];

    public static IEnumerable<Violation> Check(FileTree tree)
    {
        var sources = tree.CSharp
            .Where(file => file.IsUnder("src") && !Port.Any(file.IsUnder))
            .ToList();
        return CheckTransactions(sources).Concat(CheckSilentWrites(sources, Listed(tree)));
    }

    private static IEnumerable<Violation> CheckTransactions(List<SourceFile> sources) =>
        from file in sources
        where !UnitOfWork.Contains(NameOf(file))
        from line in file.Code.Lines.Index()
        where Transaction().IsMatch(line.Item)
        select new Violation(
            file.Path, line.Index + 1, "writes beside the unit of work; use ResourceService.ChangeAsync");

    private static IEnumerable<Violation> CheckSilentWrites(
        List<SourceFile> sources, IReadOnlyDictionary<string, bool> listed)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in sources.Where(file => !UnitOfWork.Contains(NameOf(file))))
        {
            var lines = file.Code.Lines.Index().Where(line => SilentWrite().IsMatch(line.Item)).ToList();
            if (lines.Count == 0)
                continue;
            needed.Add(NameOf(file));
            if (!listed.ContainsKey(NameOf(file)))
                yield return new Violation(
                    file.Path, lines[0].Index + 1, $"writes without an event and is not in the table of {Document}");
        }
        foreach (var (name, hasReason) in listed)
        {
            if (!needed.Contains(name))
                yield return new Violation(Document, 0, $"lists {name}, which writes nothing without an event");
            if (!hasReason)
                yield return new Violation(Document, 0, $"gives no reason why {name} raises no event");
        }
    }

    // By class, since folders move.
    private static Dictionary<string, bool> Listed(FileTree tree) =>
        (tree.Find(Document)?.Lines ?? [])
            .SkipWhile(line => !line.StartsWith(Header, StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim().Trim('|').Split('|'))
            .SelectMany(
                row => Item().Matches(row[1]),
                (row, item) => (Name: item.Groups[1].Value, HasReason: row.Length > 2 && row[2].Trim().Length > 0))
            .ToDictionary(entry => entry.Name, entry => entry.HasReason, StringComparer.Ordinal);

    private static string NameOf(SourceFile file) => Path.GetFileNameWithoutExtension(file.Name);

    [GeneratedRegex(@"\bIDocumentTransaction\b|\.TransactAsync\b")]
    private static partial Regex Transaction();

    [GeneratedRegex(@"\bchange\.(\w+\.)?(PutDocumentAsync|RemoveDocumentsAsync|WriteWithoutEventAsync)\b")]
    private static partial Regex SilentWrite();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Item();
}
