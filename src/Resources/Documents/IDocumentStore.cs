
namespace Tallystick.Resources.Documents;

/// <summary>Reads documents of one organization at a time; nothing of another organization is ever returned.</summary>
public interface IDocumentReader
{
    /// <summary>The document with the id, or null.</summary>
    ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken);

    /// <summary>
    /// The documents that match, in the order asked for. Conditions may name the kind's columns and <c>id</c>.
    /// </summary>
    ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken);
}

/// <summary>
/// Reads and writes within one atomic change. It sees its own writes, and no other change of the organization
/// happens between its first read and its end. It writes documents of its own organization only; any other write, and
/// any text that the store cannot keep, is an <see cref="ArgumentException"/>. A caught
/// <see cref="DuplicateKeyException"/> leaves it usable. It serves one caller at a time, until the work returns.
/// </summary>
public interface IDocumentTransaction : IDocumentReader
{
    /// <summary>Adds a document.</summary>
    /// <exception cref="DuplicateKeyException">The id or the value of a unique column is taken.</exception>
    ValueTask InsertAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken);

    /// <summary>
    /// Adds a document of which nobody else can have made another with the same id or unique value. It is written with
    /// the statement that follows, or with the commit.
    /// </summary>
    ValueTask AppendAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken);

    /// <summary>Replaces the document if its stored version is <paramref name="expectedVersion"/>.</summary>
    /// <returns>False, with nothing written, when there is no such document or its version differs.</returns>
    /// <exception cref="DuplicateKeyException">The value of a unique column is taken.</exception>
    ValueTask<bool> UpdateAsync(
        DocumentKind kind,
        string organizationId,
        long expectedVersion,
        DocumentWrite write,
        CancellationToken cancellationToken);

    /// <summary>Removes the document.</summary>
    /// <returns>False when there is none.</returns>
    ValueTask<bool> DeleteAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken);

    /// <summary>Removes every document that matches, or so many of them.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="organizationId">Their organization.</param>
    /// <param name="condition">Which ones.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="limit">The most to remove; null for all.</param>
    /// <returns>How many there were.</returns>
    ValueTask<int> DeleteAllAsync(
        DocumentKind kind, string organizationId, Condition condition, CancellationToken cancellationToken,
        int? limit = null);
}

/// <summary>
/// Keeps documents: the seam behind which SQLite and PostgreSQL are equal. An implementation is right when it passes
/// the conformance suite. A document once committed survives the death of the process and of the machine. Every member
/// throws <see cref="StoreOutageException"/> while the engine cannot serve.
/// </summary>
public interface IDocumentStore : IDocumentReader, IAsyncDisposable
{
    /// <summary>
    /// Runs <paramref name="work"/> as one atomic change of the organization's documents: all of its writes are kept,
    /// durably, or (when it throws) none. Changes of one organization run one after the other. The work must have no
    /// effect besides the transaction, since an engine may have to run it again.
    /// </summary>
    Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken);
}

/// <summary>A unique key is taken.</summary>
/// <param name="kind">Kind of the document.</param>
/// <param name="column">The unique column that clashed, or <c>id</c>.</param>
public sealed class DuplicateKeyException(string kind, string column)
    : Exception($"A {kind} with this {column} exists already.")
{
    /// <summary>Name of the kind.</summary>
    public string Kind { get; } = kind;

    /// <summary>Name of the column.</summary>
    public string Column { get; } = column;
}

/// <summary>The store cannot be opened; the message tells the operator why and what to do.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The engine of an open store cannot serve at present: its server is lost, hangs or refuses, or its disk is full. The
/// same call may succeed later. A change that failed with it may have been kept when the answer to its commit was lost.
/// </summary>
public sealed class StoreOutageException(string what, Exception cause)
    : Exception($"{what}: {cause.Message.ReplaceLineEndings(" ").TrimEnd('.')}.", cause)
{
    /// <summary>The database cannot serve.</summary>
    public StoreOutageException(Exception cause)
        : this("The database cannot be used", cause)
    {
    }
}
