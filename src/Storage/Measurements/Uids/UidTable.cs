using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// The entries in memory, allocated outside the garbage-collected heap, so that the collector neither moves nor scans
/// them.
/// </summary>
internal sealed class UidTable : IDisposable
{
    private const int ShardsPerSweep = 4;

    private readonly UidShard[] _shards = new UidShard[UidKey.Shards];
    private int _sweepNext;
    private int _sweepLeft;

    /// <summary>Entries held.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of memory held.</summary>
    public long Bytes { get; private set; }

    public void Prefetch(UidKey key) => _shards[key.Shard].Prefetch(key.Remainder);

    public int Find(UidKey key, in UidWindow window, Span<LogPosition> positions) =>
        _shards[key.Shard].Find(key.Remainder, window, positions, 0);

    /// <returns>False if the shard must be rebuilt first.</returns>
    public bool TryAdd(UidKey key, long position)
    {
        if (!_shards[key.Shard].TryAdd(key.Remainder, position))
            return false;
        Count++;
        return true;
    }

    public bool Remove(UidKey key, long position)
    {
        if (!_shards[key.Shard].Remove(key.Remainder, position))
            return false;
        Count--;
        return true;
    }

    /// <summary>
    /// Makes room in a shard by dropping forgotten entries and growing it, unless the table would then exceed the
    /// limit. A nearly empty table may exceed the limit; otherwise it could never be filled again.
    /// </summary>
    public bool TryGrow(int shard, in UidWindow window, long limit)
    {
        ref var grown = ref _shards[shard];
        var homes = Math.Max(grown.HomeSlots, UidShard.HomeSlotsFor(shard, grown.CountLive(window)));
        if (Bytes + homes * (long)UidSlot.Bytes - grown.Bytes > limit && Count > Bytes / UidSlot.Bytes / 4)
            return false;
        Rebuild(ref grown, homes, window);
        return true;
    }

    /// <summary>Makes the next calls of <see cref="Sweep"/> visit every shard once.</summary>
    public void BeginSweep() => _sweepLeft = _shards.Length;

    /// <summary>Visits a few shards and drops forgotten entries where they are a large share of the shard.</summary>
    /// <param name="window">The positions that are not forgotten.</param>
    /// <param name="mayShrink">False to keep the memory for future entries.</param>
    public void Sweep(in UidWindow window, bool mayShrink)
    {
        for (var visits = Math.Min(ShardsPerSweep, _sweepLeft); visits > 0; visits--, _sweepLeft--)
        {
            var number = _sweepNext;
            ref var shard = ref _shards[number];
            _sweepNext = (number + 1) % _shards.Length;
            var live = shard.CountLive(window);
            if (shard.Count - live <= live / 8)
                continue;
            if (live == 0 && mayShrink)
                Free(ref shard);
            else
                Rebuild(ref shard, mayShrink ? UidShard.HomeSlotsFor(number, live) : shard.HomeSlots, window);
        }
    }

    /// <summary>Writes the entries that are not forgotten, in order.</summary>
    public void WriteTo(UidRunWriter writer, in UidWindow window)
    {
        foreach (ref var shard in _shards.AsSpan())
        {
            shard.WriteTo(writer, window);
            writer.EndShard();
        }
    }

    /// <summary>Removes all entries but keeps their memory.</summary>
    public void Clear()
    {
        foreach (ref var shard in _shards.AsSpan())
            shard.Clear();
        Count = 0;
    }

    /// <summary>Removes all entries and frees their memory.</summary>
    public void Dispose()
    {
        foreach (ref var shard in _shards.AsSpan())
            Free(ref shard);
    }

    private void Rebuild(ref UidShard shard, uint homes, in UidWindow window)
    {
        var (count, bytes) = (shard.Count, shard.Bytes);
        shard.Rebuild(homes, window);
        Count += shard.Count - count;
        Bytes += shard.Bytes - bytes;
    }

    private void Free(ref UidShard shard)
    {
        Count -= shard.Count;
        Bytes -= shard.Bytes;
        shard.Free();
    }
}
