using Microsoft.Extensions.Caching.Memory;

namespace Tallystick.Storage.Documents.Caching;

/// <summary>
/// Documents as last committed, within bounded memory. Whoever changes one says so before the commit and after it: in
/// between it is not kept, and nobody who read it earlier can put it back.
/// </summary>
internal sealed class DocumentCache : IDisposable
{
    private const long MostBytes = 32 << 20;
    private const int MostDocumentBytes = 64 << 10;

    /// <summary>What an entry takes besides the document.</summary>
    private const int EntryBytes = 400;

    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = MostBytes });
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, 256).Select(_ => new Stripe())];

    /// <summary>The document, if it is kept since the term began.</summary>
    internal Document? Find(DocumentKey key, long term) =>
        _kept.Get<Kept>(key) is { } kept && kept.Term == term ? kept.Document : null;

    /// <summary>Begins to read a document that is not kept.</summary>
    internal Reading BeginReading(DocumentKey key, long term)
    {
        var stripe = _stripes[IndexOf(key)];
        lock (stripe)
            return new Reading(this, key, term, stripe.Changing == 0 ? stripe.Changes : null);
    }

    /// <summary>Begins to follow a change of the store.</summary>
    internal Changing BeginChange(long term) => new(this, term);

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();

    private int IndexOf(DocumentKey key) => key.GetHashCode() & (_stripes.Length - 1);

    private void Keep(DocumentKey key, Kept kept, long changes)
    {
        var bytes = kept.Document.Json.Length;
        if (bytes > MostDocumentBytes)
            return;
        var stripe = _stripes[IndexOf(key)];
        lock (stripe)
        {
            if (stripe.Changing == 0 && stripe.Changes == changes)
                _kept.Set(key, kept, new MemoryCacheEntryOptions { Size = bytes + EntryBytes });
        }
    }

    /// <summary>The reading of one document from the store.</summary>
    /// <param name="Cache">Where it is to be kept.</param>
    /// <param name="Key">Which one.</param>
    /// <param name="Term">The time of sole use in which it is read.</param>
    /// <param name="Changes">Changes before it; null while one is under way.</param>
    internal readonly record struct Reading(DocumentCache Cache, DocumentKey Key, long Term, long? Changes)
    {
        /// <summary>Keeps what was read, unless it may have changed since.</summary>
        internal void Keep(Document document)
        {
            if (Changes is { } before)
                Cache.Keep(Key, new Kept(document, Term), before);
        }
    }

    /// <summary>What a change of the store has written so far.</summary>
    internal sealed class Changing(DocumentCache cache, long term)
    {
        private readonly Dictionary<int, long> _stripes = [];
        private readonly Dictionary<DocumentKey, Document> _written = [];

        /// <summary>The change is run, perhaps once more: what it wrote before is undone.</summary>
        internal void Restart() => _written.Clear();

        /// <summary>From here until the change is over the document is not kept.</summary>
        internal void Begin(DocumentKey key)
        {
            Begin(cache.IndexOf(key));
            _written.Remove(key);
            cache._kept.Remove(key);
        }

        /// <summary>From here until the change is over no document is kept.</summary>
        internal void BeginAll()
        {
            for (var i = 0; i < cache._stripes.Length; i++)
                Begin(i);
            _written.Clear();
            cache._kept.Clear();
        }

        /// <summary>The document as it is when the change is kept.</summary>
        internal void Write(DocumentKey key, Document document) => _written[key] = document;

        /// <summary>The change is over, and what it wrote is kept unless another change may have written it.</summary>
        internal void End(bool isCommitted)
        {
            foreach (var index in _stripes.Keys)
            {
                lock (cache._stripes[index])
                    cache._stripes[index].Changing--;
            }
            if (!isCommitted)
                return;
            foreach (var (key, document) in _written)
                cache.Keep(key, new Kept(document, term), _stripes[cache.IndexOf(key)]);
        }

        private void Begin(int index)
        {
            if (_stripes.ContainsKey(index))
                return;
            var stripe = cache._stripes[index];
            lock (stripe)
            {
                stripe.Changing++;
                _stripes.Add(index, ++stripe.Changes);
            }
        }
    }

    /// <summary>A document, and the time of sole use in which it was read.</summary>
    internal sealed record Kept(Document Document, long Term);

    /// <summary>Some of the documents: changes of them under way, and begun so far.</summary>
    private sealed class Stripe
    {
        internal int Changing { get; set; }

        internal long Changes { get; set; }
    }
}

/// <summary>Names one document.</summary>
/// <param name="Kind">Name of its kind.</param>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Id">Its id.</param>
internal sealed record DocumentKey(string Kind, string OrganizationId, string Id);
