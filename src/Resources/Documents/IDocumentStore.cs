
namespace Tallystick.Resources.Documents;

/// <summary>
/// Reads documents of one organization at a time; documents of other organizations are never returned.
/// </summary>
public interface IDocumentReader
{
    /// <summary>The document with the id, or null.</summary>
    ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken);

    /// <summary>
    /// The documents that match, in the requested order. Conditions may use the kind's columns and <c>id</c>.
    /// </summary>
    ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken);
}

/// <summary>
/// Reads and writes within one atomic change. It sees its own writes, and no other change of the organization happens
/// between its first read and its end. It writes documents of its own organization only; any other write, and text that
/// cannot be stored, throws an <see cref="ArgumentException"/>. After a caught <see cref="DuplicateKeyException"/>, it
/// can still be used. It is not thread-safe.
/// </summary>
public interface IDocumentTransaction : IDocumentReader
{
    /// <summary>Adds a document.</summary>
    /// <exception cref="DuplicateKeyException">The id or the value of a unique column is already in use.</exception>
    ValueTask InsertAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken);

    /// <summary>
    /// Adds a document whose id and unique values cannot conflict. It is written with the next statement or the commit.
    /// </summary>
    ValueTask AppendAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken);

    /// <summary>Replaces the document if its stored version is <paramref name="expectedVersion"/>.</summary>
    /// <returns>False, with nothing written, if the document does not exist or has a different version.</returns>
    /// <exception cref="DuplicateKeyException">The value of a unique column is already in use.</exception>
    ValueTask<bool> UpdateAsync(
        DocumentKind kind,
        string organizationId,
        long expectedVersion,
        DocumentWrite write,
        CancellationToken cancellationToken);

    /// <summary>
    /// Adds a document or replaces the one with its id; its version becomes 1 or the next. Its unique values cannot
    /// conflict. It is written with the next statement or the commit.
    /// </summary>
    ValueTask PutAsync(
        DocumentKind kind, string organizationId, string id, ReadOnlyMemory<byte> json,
        IReadOnlyList<string?> columns, CancellationToken cancellationToken);

    /// <summary>Removes the document.</summary>
    /// <returns>False if it does not exist.</returns>
    ValueTask<bool> DeleteAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken);

    /// <summary>Removes all documents that match, or a limited number of them.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="organizationId">Their organization.</param>
    /// <param name="condition">Filter.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="limit">Maximum number to remove; null for all.</param>
    /// <returns>The number removed.</returns>
    ValueTask<int> DeleteAllAsync(
        DocumentKind kind, string organizationId, Condition condition, CancellationToken cancellationToken,
        int? limit = null);
}

/// <summary>
/// Stores documents: the seam in front of SQLite and PostgreSQL. An implementation is correct if it passes the
/// conformance suite. Committed documents survive a crash of the process and of the machine. Every member throws
/// <see cref="StoreOutageException"/> while the engine cannot serve.
/// </summary>
public interface IDocumentStore : IDocumentReader, IAsyncDisposable
{
    /// <summary>
    /// Runs <paramref name="work"/> as one atomic change of the organization's documents: all of its writes are durable
    /// or, if it throws, rolled back. Changes of one organization run sequentially. The work must have no effects
    /// outside the transaction, because an engine may run it again.
    /// </summary>
    Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken);
}

/// <summary>A unique key is already in use.</summary>
/// <param name="kind">Kind of the document.</param>
/// <param name="column">The unique column in conflict, or <c>id</c>.</param>
public sealed class DuplicateKeyException(string kind, string column)
    : Exception($"A {kind} with this {column} already exists.")
{
    /// <summary>Name of the kind.</summary>
    public string Kind { get; } = kind;

    /// <summary>Name of the column.</summary>
    public string Column { get; } = column;
}

/// <summary>The store cannot be opened. The message tells the operator why and what to do.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The engine of an open store is unavailable: its server is lost, hangs or refuses connections, or its disk is full.
/// The same call may succeed later. If the response to the commit was lost, the change may have been made.
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
