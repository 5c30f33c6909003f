using System.Text.RegularExpressions;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>The table of one kind: its checked names and its indexes.</summary>
internal sealed partial class TableLayout
{
    /// <summary>PostgreSQL cuts longer names short, and two of them could then become one.</summary>
    private const int MostNameLength = 63;

    private static readonly string[] OwnColumns = ["organization_id", "id", "sequence", "version", "document"];

    /// <exception cref="ArgumentException">A name is malformed, too long, taken or used twice.</exception>
    internal TableLayout(DocumentKind kind)
    {
        Kind = kind;
        foreach (var name in kind.Columns.Select(column => column.Name).Prepend(kind.Name))
        {
            if (!NamePattern().IsMatch(name))
                throw new ArgumentException($"'{name}' of the kind {kind.Name} is no name of a table or column.");
            if (IndexName(name, isUnique: true).Length > MostNameLength)
                throw new ArgumentException($"The names of the kind {kind.Name} and its column {name} are too long.");
        }

        var names = OwnColumns.Concat(kind.Columns.Select(column => column.Name)).ToList();
        if (names.Distinct().Count() != names.Count)
            throw new ArgumentException($"A column of the kind {kind.Name} is declared twice or has a reserved name.");
    }

    internal DocumentKind Kind { get; }

    internal bool HasUniqueColumn => Kind.Columns.Any(column => column.IsUnique);

    /// <summary>Name of a column's index: <c>account.code.key</c> when unique, else <c>account.code.idx</c>.</summary>
    internal string IndexName(string column, bool isUnique) => $"{Kind.Name}.{column}.{(isUnique ? "key" : "idx")}";

    /// <summary>The unique column, or <c>id</c>, whose index has the name; null for none.</summary>
    internal string? ColumnOfUniqueIndex(string? index) =>
        Kind.Columns.Where(column => column.IsUnique).Select(column => column.Name).Append("id")
            .FirstOrDefault(column => IndexName(column, isUnique: true) == index);

    /// <summary>The quoted name of a column that conditions and sorting may use.</summary>
    /// <exception cref="ArgumentException">The kind does not declare the column.</exception>
    internal string Column(string name) =>
        name == "id" || Kind.Columns.Any(column => column.Name == name)
            ? SqlDialect.Quote(name)
            : throw new ArgumentException($"The kind {Kind.Name} has no column '{name}'.");

    [GeneratedRegex(@"\A[a-z][a-z_0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
