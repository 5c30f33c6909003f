using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Caching;

/// <summary>
/// Notifies the cache of every document that a change replaces or deletes. New documents are not in the cache, and
/// neither are documents written by this or another change in progress, so a cached document is what the change would
/// read from the store.
/// </summary>
internal sealed class CacheInvalidatingTransaction(
    IDocumentTransaction transaction, DocumentCache cache, long term, DocumentCache.Changing changing)
    : IDocumentTransaction
{
    private readonly Dictionary<DocumentKey, long> _sequences = [];

    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        var key = new DocumentKey(kind.Name, organizationId, id);
        var found = cache.Find(key, term) ?? await transaction.FindAsync(kind, organizationId, id, cancellationToken);
        if (found is not null)
            _sequences[key] = found.Sequence;
        return found;
    }

    public ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
        transaction.QueryAsync(kind, organizationId, query, cancellationToken);

    public ValueTask InsertAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken) =>
        transaction.InsertAsync(kind, organizationId, write, cancellationToken);

    public ValueTask AppendAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken) =>
        transaction.AppendAsync(kind, organizationId, write, cancellationToken);

    public ValueTask PutAsync(
        DocumentKind kind, string organizationId, string id, ReadOnlyMemory<byte> json,
        IReadOnlyList<string?> columns, CancellationToken cancellationToken)
    {
        changing.Begin(new DocumentKey(kind.Name, organizationId, id));
        return transaction.PutAsync(kind, organizationId, id, json, columns, cancellationToken);
    }

    public async ValueTask<bool> UpdateAsync(
        DocumentKind kind,
        string organizationId,
        long expectedVersion,
        DocumentWrite write,
        CancellationToken cancellationToken)
    {
        var key = new DocumentKey(kind.Name, organizationId, write.Id);
        changing.Begin(key);
        if (!await transaction.UpdateAsync(kind, organizationId, expectedVersion, write, cancellationToken))
            return false;
        if (_sequences.TryGetValue(key, out var sequence))
            changing.Write(key, new Document(write.Id, write.Version, sequence, write.Json));
        return true;
    }

    public ValueTask<bool> DeleteAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        changing.Begin(new DocumentKey(kind.Name, organizationId, id));
        return transaction.DeleteAsync(kind, organizationId, id, cancellationToken);
    }

    public ValueTask<int> DeleteAllAsync(
        DocumentKind kind, string organizationId, Condition condition, CancellationToken cancellationToken,
        int? limit = null)
    {
        changing.BeginAll(kind.Name, organizationId);
        return transaction.DeleteAllAsync(kind, organizationId, condition, cancellationToken, limit);
    }
}
