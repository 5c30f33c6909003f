using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Caching;

/// <summary>
/// A store that caches documents by id while this process has exclusive use of it. Reads always return the latest
/// committed version.
/// </summary>
/// <param name="store">The store, which is disposed with this one.</param>
/// <param name="soleUse">Tells whether this process alone uses the store.</param>
public sealed class CachedDocumentStore(IDocumentStore store, IExclusiveUse soleUse) : IDocumentStore
{
    private readonly DocumentCache _cache = new();

    /// <inheritdoc/>
    public ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        var term = soleUse.Term;
        if (term == 0)
            return store.FindAsync(kind, organizationId, id, cancellationToken);
        var key = new DocumentKey(kind.Name, organizationId, id);
        return _cache.Find(key, term) is { } kept
            ? ValueTask.FromResult<Document?>(kept)
            : ReadAsync(kind, key, term, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
        store.QueryAsync(kind, organizationId, query, cancellationToken);

    /// <inheritdoc/>
    public async Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var term = soleUse.Term;
        var changing = _cache.BeginChange(term);
        var isCommitted = false;
        try
        {
            var result = await store.TransactAsync(
                organizationId,
                transaction =>
                {
                    changing.Restart();
                    return work(new CacheInvalidatingTransaction(transaction, _cache, term, changing));
                },
                cancellationToken);
            isCommitted = true;
            return result;
        }
        finally
        {
            changing.End(isCommitted);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await soleUse.DisposeAsync();
        _cache.Dispose();
    }

    private async ValueTask<Document?> ReadAsync(
        DocumentKind kind, DocumentKey key, long term, CancellationToken cancellationToken)
    {
        var reading = _cache.BeginReading(key, term);
        var document = await store.FindAsync(kind, key.OrganizationId, key.Id, cancellationToken);
        if (document is not null)
            reading.Keep(document);
        return document;
    }
}
