
namespace Tallystick.Resources.Documents;

/// <summary>A kind of document, stored in one table: its name and the columns derived from its JSON.</summary>
/// <param name="Name">Table name: lowercase letters and underscores; declared in code.</param>
/// <param name="Columns">Columns for filters, search, sorting, references and unique keys, all of text.</param>
/// <param name="ReadColumns">
/// Derives the values of the columns, in order, from a stored document. Called when a newer version adds a column to a
/// table with documents.
/// </param>
public sealed record DocumentKind(
    string Name,
    IReadOnlyList<DocumentColumn> Columns,
    Func<ReadOnlyMemory<byte>, IReadOnlyList<string?>> ReadColumns);

/// <summary>One text column of a kind.</summary>
/// <param name="Name">Column name: lowercase letters and underscores.</param>
/// <param name="IsUnique">Whether values must be unique in an organization; missing values do not conflict.</param>
/// <param name="IsIndexed">
/// Whether the column is indexed, which slows down changes. Without an index, a search reads all documents of the
/// organization.
/// </param>
/// <param name="HasFewValues">
/// Whether the column has few distinct values, so that a query should prefer the index of another column.
/// </param>
public sealed record DocumentColumn(
    string Name, bool IsUnique = false, bool IsIndexed = true, bool HasFewValues = false);

/// <summary>A document as stored.</summary>
/// <param name="Id">Its id, unique in its kind and organization.</param>
/// <param name="Version">Incremented with each change.</param>
/// <param name="Sequence">Order of creation within the store: a later document has a greater number.</param>
/// <param name="Json">UTF-8 JSON, byte for byte as written.</param>
public sealed record Document(string Id, long Version, long Sequence, ReadOnlyMemory<byte> Json);

/// <summary>A document to be written.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its new version.</param>
/// <param name="Json">UTF-8 JSON.</param>
/// <param name="Columns">The columns' values in the order of <see cref="DocumentKind.Columns"/>.</param>
public sealed record DocumentWrite(string Id, long Version, ReadOnlyMemory<byte> Json, IReadOnlyList<string?> Columns)
{
    /// <summary>
    /// The column values of the version that it replaces, if known; null writes all columns. Unchanged columns are not
    /// written again.
    /// </summary>
    public IReadOnlyList<string?>? Former { get; init; }
}
