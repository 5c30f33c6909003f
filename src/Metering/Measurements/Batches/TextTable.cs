using System.IO.Hashing;

namespace Tallystick.Metering.Measurements.Batches;

/// <summary>Numbers distinct texts in the order of their first use.</summary>
internal sealed class TextTable
{
    private readonly ByteBuffer _texts = new(1024);
    private readonly List<Entry> _entries = [];
    private int[] _buckets = new int[64];
    private int _last = -1;

    public int Count => _entries.Count;

    public ReadOnlySpan<byte> this[int index] => _texts.Written[_entries[index].Text];

    /// <summary>The hash of a text, which is the same in every process.</summary>
    public ulong HashOf(int index) => _entries[index].Hash;

    public void Clear()
    {
        if (_entries.Count > 0)
            Array.Clear(_buckets);
        _entries.Clear();
        _texts.Clear();
        _last = -1;
    }

    /// <summary>The number of a text; -1 if it has none.</summary>
    public int IndexOf(ReadOnlySpan<byte> text) => Find(text, out _);

    /// <summary>The number of a text, which is added if necessary.</summary>
    public int Intern(ReadOnlySpan<byte> text)
    {
        var index = Find(text, out var hash);
        return _last = index >= 0 ? index : Add(text, hash);
    }

    /// <summary>Writes the number of texts and the texts.</summary>
    public void WriteTo(ByteBuffer target)
    {
        target.WriteVarint((uint)Count);
        for (var index = 0; index < Count; index++)
            target.WriteText(this[index]);
    }

    private int Bucket(ulong hash) => (int)hash & (_buckets.Length - 1);

    private int Find(ReadOnlySpan<byte> text, out ulong hash)
    {
        hash = 0;
        // Consecutive measurements usually have the same text.
        if (_last >= 0 && this[_last].SequenceEqual(text))
            return _last;
        hash = XxHash3.HashToUInt64(text);
        var next = _buckets[Bucket(hash)] - 1;
        while (next >= 0 && (_entries[next].Hash != hash || !this[next].SequenceEqual(text)))
            next = _entries[next].Next;
        return next;
    }

    private int Add(ReadOnlySpan<byte> text, ulong hash)
    {
        if (_entries.Count == _buckets.Length)
            Grow();
        ref var bucket = ref _buckets[Bucket(hash)];
        _entries.Add(new Entry(hash, bucket - 1, _texts.Length..(_texts.Length + text.Length)));
        bucket = _entries.Count;
        _texts.Write(text);
        return _entries.Count - 1;
    }

    private void Grow()
    {
        _buckets = new int[_buckets.Length * 4];
        for (var index = 0; index < _entries.Count; index++)
        {
            ref var bucket = ref _buckets[Bucket(_entries[index].Hash)];
            _entries[index] = _entries[index] with { Next = bucket - 1 };
            bucket = index + 1;
        }
    }

    private readonly record struct Entry(ulong Hash, int Next, Range Text);
}
