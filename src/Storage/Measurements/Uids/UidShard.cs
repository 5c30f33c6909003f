using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// A hash table with linear probing whose entries are ordered by remainder, because the home slot of an entry grows
/// with its remainder. A search for a missing key therefore ends at the first greater remainder, and the entries can be
/// read in order.
/// </summary>
/// <remarks>
/// The home slots are followed by a tail for entries that overflow. The last slot of the tail is always empty and ends
/// every search.
/// </remarks>
internal unsafe struct UidShard
{
    private const int MinHomes = 64;
    private const uint MinTail = 16;

    private byte* _slots;
    private uint _tail;

    /// <summary>Entries held.</summary>
    public int Count { get; private set; }

    /// <summary>Home slots.</summary>
    public uint HomeSlots { get; private init; }

    /// <summary>Bytes of memory held.</summary>
    public readonly long Bytes => (long)(HomeSlots + _tail) * UidSlot.Bytes;

    private readonly byte* End => _slots + Bytes;

    public readonly void Prefetch(uint remainder)
    {
        if (!Sse.IsSupported || HomeSlots == 0)
            return;
        var slot = Home(remainder);
        Sse.Prefetch0(slot);
        Sse.Prefetch0(slot + 64);
    }

    /// <summary>Appends the positions of a remainder that are not forgotten.</summary>
    /// <returns>The number of positions in the span.</returns>
    public readonly int Find(uint remainder, in UidWindow window, Span<LogPosition> positions, int found)
    {
        if (HomeSlots == 0)
            return found;
        for (var slot = FirstOf(remainder); !UidSlot.IsEmpty(slot); slot += UidSlot.Bytes)
        {
            if (UidSlot.Remainder(slot) != remainder || found == positions.Length)
                break;
            var position = window.Position(UidSlot.Kept(slot));
            if (position <= window.Newest)
                positions[found++] = new LogPosition(position);
        }
        return found;
    }

    /// <returns>False if the shard is too full and must be rebuilt first.</returns>
    public bool TryAdd(uint remainder, long position)
    {
        if (IsFull(Count, HomeSlots))
            return false;
        var slot = FirstOf(remainder);
        while (!UidSlot.IsEmpty(slot) && UidSlot.Remainder(slot) == remainder)
            slot += UidSlot.Bytes;
        var end = slot;
        while (!UidSlot.IsEmpty(end))
            end += UidSlot.Bytes;
        if (end + UidSlot.Bytes == End)
            return false;
        Buffer.MemoryCopy(slot, slot + UidSlot.Bytes, end - slot, end - slot);
        UidSlot.Write(slot, remainder, UidSlot.Kept(position));
        Count++;
        return true;
    }

    /// <summary>
    /// Removes one entry and closes the gap by moving the following entries that are not in their home slots.
    /// </summary>
    /// <returns>False if there is no such entry.</returns>
    public bool Remove(uint remainder, long position)
    {
        if (HomeSlots == 0)
            return false;
        var slot = FirstOf(remainder);
        var kept = UidSlot.Kept(position);
        while (UidSlot.Kept(slot) != kept || UidSlot.Remainder(slot) != remainder)
        {
            if (UidSlot.IsEmpty(slot) || UidSlot.Remainder(slot) != remainder)
                return false;
            slot += UidSlot.Bytes;
        }
        var next = slot + UidSlot.Bytes;
        while (!UidSlot.IsEmpty(next) && Home(UidSlot.Remainder(next)) != next)
            next += UidSlot.Bytes;
        var moved = next - slot - UidSlot.Bytes;
        Buffer.MemoryCopy(slot + UidSlot.Bytes, slot, moved, moved);
        UidSlot.Write(next - UidSlot.Bytes, 0, 0);
        Count--;
        return true;
    }

    /// <summary>Entries that are not forgotten.</summary>
    public readonly int CountLive(in UidWindow window)
    {
        var count = 0;
        for (var slot = _slots; slot < End; slot += UidSlot.Bytes)
        {
            if (window.Holds(UidSlot.Kept(slot)))
                count++;
        }
        return count;
    }

    /// <summary>
    /// Number of home slots for a number of entries. Shards grow by a fifth when they are 90 % full, so they are at
    /// least 75 % full after growing. Each shard starts at a different size, so that they do not all grow at the same
    /// time.
    /// </summary>
    public static uint HomeSlotsFor(int shard, int count)
    {
        var homes = (uint)(MinHomes + shard / 20);
        while (IsFull(count, homes))
            homes += homes / 5;
        return homes;
    }

    /// <summary>
    /// Changes the number of home slots in place and drops forgotten entries. The tail is made longer than currently
    /// needed.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The system has no memory; the shard is unchanged.</exception>
    public void Rebuild(uint homes, in UidWindow window)
    {
        var tail = MinTail + 2 * OverflowOf(homes, window);
        var rebuilt = new UidShard { HomeSlots = homes, _tail = tail, _slots = _slots };
        if (rebuilt.Bytes > Bytes)
            rebuilt._slots = SlotMemory.Resize(_slots, Bytes, rebuilt.Bytes);
        var end = rebuilt._slots + Math.Max(Bytes, rebuilt.Bytes);
        rebuilt.Count = PackBackwards(rebuilt._slots, Bytes, end, window);
        rebuilt.Spread(end);
        if (rebuilt.Bytes < Bytes)
            rebuilt._slots = SlotMemory.Resize(rebuilt._slots, Bytes, rebuilt.Bytes);
        this = rebuilt;
    }

    /// <summary>Writes the entries that are not forgotten, in order.</summary>
    public readonly void WriteTo(UidRunWriter writer, in UidWindow window)
    {
        for (var slot = _slots; slot < End; slot += UidSlot.Bytes)
        {
            var kept = UidSlot.Kept(slot);
            if (window.Holds(kept))
                writer.Add(UidSlot.Remainder(slot), window.Position(kept));
        }
    }

    /// <summary>Removes all entries but keeps the memory.</summary>
    public void Clear()
    {
        if (HomeSlots != 0)
            NativeMemory.Clear(_slots, (nuint)Bytes);
        Count = 0;
    }

    /// <summary>Removes all entries and frees the memory.</summary>
    public void Free()
    {
        SlotMemory.Free(_slots, Bytes);
        this = default;
    }

    private static bool IsFull(int count, uint homes) => (count + 1) * 10L > homes * 9L;

    // Multiply and shift maps a remainder to any number of home slots without a division.
    private readonly byte* Home(uint remainder) =>
        _slots + (long)(((ulong)remainder * HomeSlots) >> 32) * UidSlot.Bytes;

    private readonly byte* FirstOf(uint remainder)
    {
        var slot = Home(remainder);
        while (!UidSlot.IsEmpty(slot) && UidSlot.Remainder(slot) < remainder)
            slot += UidSlot.Bytes;
        return slot;
    }

    /// <summary>How many slots the entries would need after a given number of home slots.</summary>
    private readonly uint OverflowOf(uint homes, in UidWindow window)
    {
        var next = 0UL;
        for (var slot = _slots; slot < End; slot += UidSlot.Bytes)
        {
            if (window.Holds(UidSlot.Kept(slot)))
                next = Math.Max(next, (UidSlot.Remainder(slot) * (ulong)homes) >> 32) + 1;
        }
        return next > homes ? (uint)(next - homes) : 0;
    }

    /// <summary>Moves the entries that are not forgotten to the end of the memory.</summary>
    /// <returns>The number of entries.</returns>
    private static int PackBackwards(byte* slots, long bytes, byte* end, in UidWindow window)
    {
        var next = end;
        for (var slot = slots + bytes; slot > slots;)
        {
            slot -= UidSlot.Bytes;
            if (!window.Holds(UidSlot.Kept(slot)))
                continue;
            next -= UidSlot.Bytes;
            UidSlot.Write(next, UidSlot.Remainder(slot), UidSlot.Kept(slot));
        }
        return (int)((end - next) / UidSlot.Bytes);
    }

    /// <summary>
    /// Moves entries from the end of the memory to their home slots. No entry is overwritten before it is read, because
    /// there is always room for the remaining entries after the slot that is written.
    /// </summary>
    private readonly void Spread(byte* end)
    {
        var next = _slots;
        for (var from = end - (long)Count * UidSlot.Bytes; from < end; from += UidSlot.Bytes)
        {
            var (remainder, kept) = (UidSlot.Remainder(from), UidSlot.Kept(from));
            for (var home = Home(remainder); next < home; next += UidSlot.Bytes)
                UidSlot.Write(next, 0, 0);
            UidSlot.Write(next, remainder, kept);
            next += UidSlot.Bytes;
        }
        NativeMemory.Clear(next, (nuint)(End - next));
    }
}
