
namespace Tallystick.Resources.Documents;

/// <summary>One kind of document, and so one table: its name and the columns drawn from its JSON.</summary>
/// <param name="Name">Table name: lower-case letters and underscores; our own word, never a user's.</param>
/// <param name="Columns">Columns for filters, search, sorting, references and unique keys, all of text.</param>
/// <param name="ReadColumns">
/// Draws the columns' values, in their order, from a stored document. Called when a newer program adds a column to a
/// table that already has documents.
/// </param>
public sealed record DocumentKind(
    string Name,
    IReadOnlyList<DocumentColumn> Columns,
    Func<ReadOnlyMemory<byte>, IReadOnlyList<string?>> ReadColumns);

/// <summary>One text column of a kind.</summary>
/// <param name="Name">Column name: lower-case letters and underscores.</param>
/// <param name="IsUnique">
/// At most one document of an organization has a given value; missing values do not clash.
/// </param>
/// <param name="IsIndexed">
/// Whether documents are found by a value at the cost of those found, and each change pays for it. Without it all
/// documents of the organization are looked at.
/// </param>
/// <param name="HasFewValues">
/// Whether many documents have the same value, so that another column finds fewer where a query gives both.
/// </param>
public sealed record DocumentColumn(
    string Name, bool IsUnique = false, bool IsIndexed = true, bool HasFewValues = false);

/// <summary>A document as stored.</summary>
/// <param name="Id">Its id, unique in its kind and organization.</param>
/// <param name="Version">Grows by one with each change.</param>
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
    /// The columns' values in the version that it replaces, where the caller knows them; null writes all columns. Those
    /// that stay as they are need not be looked up, compared and written again.
    /// </summary>
    public IReadOnlyList<string?>? Former { get; init; }
}
