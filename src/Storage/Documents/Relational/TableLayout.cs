using System.Text.RegularExpressions;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>The table of one kind: its checked names and its indexes.</summary>
internal sealed partial class TableLayout
{
    /// <summary>PostgreSQL truncates longer names, which could make them equal.</summary>
    private const int MaxNameLength = 63;

    private static readonly string[] OwnColumns = ["organization_id", "id", "sequence", "version", "document"];

    /// <exception cref="ArgumentException">A name is malformed, too long, taken or used twice.</exception>
    internal TableLayout(DocumentKind kind)
    {
        Kind = kind;
        foreach (var name in kind.Columns.Select(column => column.Name).Prepend(kind.Name))
        {
            if (!NamePattern().IsMatch(name))
                throw new ArgumentException($"'{name}' of the kind {kind.Name} is not a valid table or column name.");
            if (IndexName(name, IndexUse.Unique).Length > MaxNameLength)
                throw new ArgumentException($"The names of the kind {kind.Name} and its column {name} are too long.");
        }

        var names = OwnColumns.Concat(kind.Columns.Select(column => column.Name)).ToList();
        if (names.Distinct().Count() != names.Count)
            throw new ArgumentException($"A column of the kind {kind.Name} is declared twice or has a reserved name.");
    }

    internal DocumentKind Kind { get; }

    /// <summary>Name of the primary key.</summary>
    internal string KeyName => IndexName("id", IndexUse.Unique);

    /// <summary>All indexes except the primary key.</summary>
    internal IReadOnlyList<TableIndex> Indexes =>
    [
        NewIndex("sequence", IndexUse.Order),
        .. Kind.Columns.Where(column => column.IsIndexed).Select(column => NewIndex(
            column.Name, column.IsUnique ? IndexUse.Unique : IndexUse.Search)),
    ];

    /// <summary>Whether an index of the table was created by the store, other than the primary key.</summary>
    internal bool OwnsIndex(string name) =>
        name != KeyName && name.StartsWith($"{Kind.Name}.", StringComparison.Ordinal);

    /// <summary>The quoted name of a column that conditions and sorting may use.</summary>
    /// <exception cref="ArgumentException">The kind does not declare the column.</exception>
    internal string Column(string name) =>
        name == "id" || Kind.Columns.Any(column => column.Name == name)
            ? SqlDialect.Quote(name)
            : throw new ArgumentException($"The kind {Kind.Name} has no column '{name}'.");

    private TableIndex NewIndex(string column, IndexUse use) => new(IndexName(column, use), column, use);

    // "idx" is not used for Search: it was once the suffix of indexes on all values of a column, including missing
    // ones.
    private string IndexName(string column, IndexUse use) =>
        $"{Kind.Name}.{column}.{use switch { IndexUse.Unique => "key", IndexUse.Search => "set", _ => "idx" }}";

    [GeneratedRegex(@"\A[a-z][a-z_0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

/// <summary>What an index of a table is for.</summary>
internal enum IndexUse
{
    /// <summary>Values are unique in an organization.</summary>
    Unique,

    /// <summary>Finds documents by value; documents without one are not included.</summary>
    Search,

    /// <summary>Gives the documents in the order of the column.</summary>
    Order,
}

/// <summary>An index of a table.</summary>
internal sealed record TableIndex(string Name, string Column, IndexUse Use);
