using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Billing.BillRuns;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>A store that counts the documents that are read, by kind, and can fail to write.</summary>
internal sealed class WatchedStore(IDocumentStore store) : IDocumentStore
{
    private readonly ConcurrentDictionary<string, int> _read = new(StringComparer.Ordinal);

    /// <summary>Called before a document is added; can throw.</summary>
    internal Action<DocumentKind, DocumentWrite> Adding { get; init; } = (_, _) => { };

    /// <summary>A handler of bill jobs that uses the store.</summary>
    internal BillJobHandler HandlerOf(ApiServer server) => new(
        new ResourceService(
            this, server.Service<ChangeMachinery>(), SystemClock.Instance, server.Service<ChangeFeed>()),
        server.Service<UsageReader>(), server.Service<PublishedLookups>(), SystemClock.Instance);

    /// <summary>Number of documents of a kind that were read since the last call.</summary>
    internal int Take(DocumentKind kind) => _read.TryRemove(kind.Name, out var count) ? count : 0;

    public ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
        Counted(kind, store.FindAsync(kind, organizationId, id, cancellationToken));

    public ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
        Counted(kind, store.QueryAsync(kind, organizationId, query, cancellationToken));

    public Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken) =>
        store.TransactAsync(
            organizationId, transaction => work(new Transaction(this, transaction)), cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<Document?> Counted(DocumentKind kind, ValueTask<Document?> reading)
    {
        var found = await reading;
        Add(kind, found is null ? 0 : 1);
        return found;
    }

    private async ValueTask<IReadOnlyList<Document>> Counted(
        DocumentKind kind, ValueTask<IReadOnlyList<Document>> reading)
    {
        var found = await reading;
        Add(kind, found.Count);
        return found;
    }

    private void Add(DocumentKind kind, int count) => _read.AddOrUpdate(kind.Name, count, (_, sum) => sum + count);

    private sealed class Transaction(WatchedStore watched, IDocumentTransaction transaction) : IDocumentTransaction
    {
        public ValueTask<Document?> FindAsync(
            DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
            watched.Counted(kind, transaction.FindAsync(kind, organizationId, id, cancellationToken));

        public ValueTask<IReadOnlyList<Document>> QueryAsync(
            DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
            watched.Counted(kind, transaction.QueryAsync(kind, organizationId, query, cancellationToken));

        public ValueTask InsertAsync(
            DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken)
        {
            watched.Adding(kind, write);
            return transaction.InsertAsync(kind, organizationId, write, cancellationToken);
        }

        public ValueTask AppendAsync(
            DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken)
        {
            watched.Adding(kind, write);
            return transaction.AppendAsync(kind, organizationId, write, cancellationToken);
        }

        public ValueTask<bool> UpdateAsync(
            DocumentKind kind, string organizationId, long expectedVersion, DocumentWrite write,
            CancellationToken cancellationToken) =>
            transaction.UpdateAsync(kind, organizationId, expectedVersion, write, cancellationToken);

        public ValueTask PutAsync(
            DocumentKind kind, string organizationId, string id, ReadOnlyMemory<byte> json,
            IReadOnlyList<string?> columns, CancellationToken cancellationToken) =>
            transaction.PutAsync(kind, organizationId, id, json, columns, cancellationToken);

        public ValueTask<bool> DeleteAsync(
            DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
            transaction.DeleteAsync(kind, organizationId, id, cancellationToken);

        public ValueTask<int> DeleteAllAsync(
            DocumentKind kind, string organizationId, Condition condition, CancellationToken cancellationToken,
            int? limit = null) =>
            transaction.DeleteAllAsync(kind, organizationId, condition, cancellationToken, limit);
    }
}
