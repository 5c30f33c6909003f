using System.Runtime.InteropServices;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// Entries spilled to an immutable file. The first remainder of every page is kept in memory, so that a search reads a
/// single page, and a filter, so that most searches read none.
/// </summary>
internal sealed unsafe class UidRun : IDisposable
{
    private readonly uint[] _firsts;
    private readonly int[] _shards;
    private readonly UidFilter? _filter;
    private readonly HashSet<long> _removed = [];
    private readonly List<(long Number, long Kept)> _found = [];
    private readonly byte* _page = UidPage.Allocate(1);

    /// <param name="file">The pages; the run owns them.</param>
    /// <param name="firsts">The first remainder of each page.</param>
    /// <param name="shards">The first page of each shard, followed by the number of pages.</param>
    /// <param name="filter">Filter of the keys; null for none.</param>
    public UidRun(UidRunFile file, uint[] firsts, int[] shards, UidFilter? filter) =>
        (File, _firsts, _shards, _filter) = (file, firsts, shards, filter);

    public UidRunFile File { get; }

    /// <summary>Entries written, including those removed since.</summary>
    public required long Entries { get; init; }

    /// <summary>The greatest position of an entry.</summary>
    public required long Newest { get; init; }

    /// <summary>Entries that are not removed.</summary>
    public long Count => Entries - _removed.Count;

    /// <summary>Bytes of memory held. A removed entry takes about 24 bytes in the set.</summary>
    public long MemoryBytes => UidPage.Bytes + _firsts.Length * 4L + (_filter?.Bytes ?? 0) + _removed.Count * 24L;

    /// <summary>Bytes of memory held by the filter.</summary>
    public long FilterBytes => _filter?.Bytes ?? 0;

    /// <summary>The pages of a shard.</summary>
    public (int First, int End) PagesOf(int shard) => (_shards[shard], _shards[shard + 1]);

    public bool IsRemoved(long slot) => _removed.Count > 0 && _removed.Contains(slot);

    /// <summary>Appends the positions of a key that are not forgotten.</summary>
    /// <returns>The number of positions in the span.</returns>
    public int Find(UidKey key, in UidWindow window, Span<LogPosition> positions, int found)
    {
        foreach (var slot in SlotsOf(key))
        {
            if (found == positions.Length)
                break;
            if (window.Holds(slot.Kept))
                positions[found++] = new LogPosition(window.Position(slot.Kept));
        }
        return found;
    }

    /// <summary>Removes one entry.</summary>
    /// <returns>False if there is no such entry.</returns>
    public bool Remove(UidKey key, long position)
    {
        var kept = UidSlot.Kept(position);
        foreach (var slot in SlotsOf(key))
        {
            if (slot.Kept == kept)
                return _removed.Add(slot.Number);
        }
        return false;
    }

    public void Dispose()
    {
        _filter?.Dispose();
        NativeMemory.Free(_page);
        File.Dispose();
    }

    private List<(long Number, long Kept)> SlotsOf(UidKey key)
    {
        _found.Clear();
        var (first, end) = PagesOf(key.Shard);
        if (first == end || _filter?.MayHold(key) == false)
            return _found;
        for (var page = FirstPageOf(key.Remainder, first, end); page < end && _firsts[page] <= key.Remainder; page++)
        {
            File.Read(page, new Span<byte>(_page, UidPage.Bytes));
            for (var index = UidPage.FirstOf(_page, key.Remainder); index < UidPage.Slots; index++)
            {
                var slot = UidPage.Slot(_page, index);
                if (UidSlot.IsEmpty(slot) || UidSlot.Remainder(slot) != key.Remainder)
                    break;
                var number = (long)page * UidPage.Slots + index;
                if (!IsRemoved(number))
                    _found.Add((number, UidSlot.Kept(slot)));
            }
        }
        return _found;
    }

    // Entries with the remainder may start at the end of the page before the first page that begins with it.
    private int FirstPageOf(uint remainder, int first, int end)
    {
        var (low, high) = (first, end);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_firsts[middle] < remainder)
                low = middle + 1;
            else
                high = middle;
        }
        return Math.Max(first, low - 1);
    }
}
