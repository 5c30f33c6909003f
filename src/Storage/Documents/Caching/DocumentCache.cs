using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Caching;

/// <summary>
/// The latest committed documents, within bounded memory. A change announces each document before and after the commit;
/// in between, it is not cached, and earlier reads cannot add it.
/// </summary>
internal sealed class DocumentCache : IDisposable
{
    private const long MaxBytes = 32 << 20;
    private const int MaxDocumentBytes = 64 << 10;

    /// <summary>Overhead of an entry in addition to the document.</summary>
    private const int EntryBytes = 400;

    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, 256).Select(_ => new Stripe())];
    private readonly ConcurrentDictionary<(string Kind, string OrganizationId), Stripe> _groups = new();

    /// <summary>The document, if it has been cached in the current term.</summary>
    internal Document? Find(DocumentKey key, long term) =>
        _kept.Get<Kept>(key) is { } kept && kept.Term == term && kept.GroupChanges == GroupOf(key).Changes
            ? kept.Document : null;

    /// <summary>Starts reading a document that is not cached.</summary>
    internal Reading BeginReading(DocumentKey key, long term) =>
        new(this, key, term, StripeOf(key).Quiet, GroupOf(key).Quiet);

    /// <summary>Starts tracking a change of the store.</summary>
    internal Changing BeginChange(long term) => new(this, term);

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();

    private Stripe StripeOf(DocumentKey key) => _stripes[key.GetHashCode() & (_stripes.Length - 1)];

    // Tracks all documents of a kind in an organization, because a change may delete many without naming each.
    private Stripe GroupOf(DocumentKey key) => GroupOf(key.Kind, key.OrganizationId);

    private Stripe GroupOf(string kind, string organizationId) =>
        _groups.GetOrAdd((kind, organizationId), _ => new Stripe());

    private void Keep(DocumentKey key, Document document, long term, long changes, long groupChanges)
    {
        var bytes = document.Json.Length;
        if (bytes > MaxDocumentBytes)
            return;
        var (stripe, group) = (StripeOf(key), GroupOf(key));
        lock (stripe.Gate)
        {
            lock (group.Gate)
            {
                if (stripe.IsQuietSince(changes) && group.IsQuietSince(groupChanges))
                {
                    _kept.Set(
                        key, new Kept(document, term, groupChanges),
                        new MemoryCacheEntryOptions { Size = bytes + EntryBytes });
                }
            }
        }
    }

    /// <summary>A read of one document from the store.</summary>
    /// <param name="Cache">The cache to add it to.</param>
    /// <param name="Key">The document.</param>
    /// <param name="Term">The term of exclusive use during which it is read.</param>
    /// <param name="Changes">Number of changes before the read; null if one is in progress.</param>
    /// <param name="GroupChanges">Number of bulk deletions before the read; null if one is in progress.</param>
    internal readonly record struct Reading(
        DocumentCache Cache, DocumentKey Key, long Term, long? Changes, long? GroupChanges)
    {
        /// <summary>Caches the document, unless it may have changed since.</summary>
        internal void Keep(Document document)
        {
            if (Changes is { } before && GroupChanges is { } groupBefore)
                Cache.Keep(Key, document, Term, before, groupBefore);
        }
    }

    /// <summary>The documents that a change of the store has written so far.</summary>
    internal sealed class Changing(DocumentCache cache, long term)
    {
        private readonly Dictionary<Stripe, long> _begun = [];
        private readonly Dictionary<DocumentKey, (Document Document, long GroupChanges)> _written = [];

        /// <summary>
        /// Called before each run of the change: discards the writes of an earlier run, which was rolled back.
        /// </summary>
        internal void Restart() => _written.Clear();

        /// <summary>Keeps the document out of the cache until the change ends.</summary>
        internal void Begin(DocumentKey key)
        {
            Begin(cache.StripeOf(key));
            _written.Remove(key);
            cache._kept.Remove(key);
        }

        /// <summary>
        /// Keeps all documents of the kind in the organization out of the cache until the change ends.
        /// </summary>
        internal void BeginAll(string kind, string organizationId)
        {
            Begin(cache.GroupOf(kind, organizationId));
            foreach (var key in _written.Keys.ToList())
            {
                if ((key.Kind, key.OrganizationId) == (kind, organizationId))
                    _written.Remove(key);
            }
        }

        /// <summary>Records the document as it will be if the change is committed.</summary>
        internal void Write(DocumentKey key, Document document) =>
            _written[key] = (document, cache.GroupOf(key).Changes);

        /// <summary>
        /// Ends the change. If it was committed, caches the documents that it wrote, unless another change may have
        /// written them too.
        /// </summary>
        internal void End(bool isCommitted)
        {
            foreach (var stripe in _begun.Keys)
                stripe.End();
            if (!isCommitted)
                return;
            foreach (var (key, (document, groupChanges)) in _written)
                cache.Keep(key, document, term, _begun[cache.StripeOf(key)], groupChanges);
        }

        private void Begin(Stripe stripe)
        {
            if (!_begun.ContainsKey(stripe))
                _begun.Add(stripe, stripe.Begin());
        }
    }

    /// <summary>A cached document, and when it was read.</summary>
    /// <param name="Document">The document.</param>
    /// <param name="Term">The term of exclusive use.</param>
    /// <param name="GroupChanges">Number of bulk deletions before it.</param>
    private sealed record Kept(Document Document, long Term, long GroupChanges);

    /// <summary>Counts the changes of a group of documents: those in progress and those started so far.</summary>
    private sealed class Stripe
    {
        private int _changing;
        private long _changes;

        internal Lock Gate { get; } = new();

        /// <summary>Number of changes started so far.</summary>
        internal long Changes => Interlocked.Read(ref _changes);

        /// <summary>Number of changes started so far; null while one is in progress.</summary>
        internal long? Quiet
        {
            get
            {
                lock (Gate)
                    return _changing == 0 ? _changes : null;
            }
        }

        /// <summary>Whether no change has started since. The caller must hold the gate.</summary>
        internal bool IsQuietSince(long changes) => _changing == 0 && _changes == changes;

        internal long Begin()
        {
            lock (Gate)
            {
                _changing++;
                return Interlocked.Increment(ref _changes);
            }
        }

        internal void End()
        {
            lock (Gate)
                _changing--;
        }
    }
}

/// <summary>Identifies one document.</summary>
/// <param name="Kind">Name of its kind.</param>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Id">Its id.</param>
internal sealed record DocumentKey(string Kind, string OrganizationId, string Id);
