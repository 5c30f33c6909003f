using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// A hash table with linear probing whose entries stand in the order of their remainders, since the home of an entry
/// grows with its remainder. So a search for what is not there ends at the first greater remainder, and the entries
/// can be read in order.
/// </summary>
/// <remarks>
/// Behind the home slots stands a tail for the entries that overflow; its last slot is always empty and ends every
/// search.
/// </remarks>
internal unsafe struct UidShard
{
    private const int LeastHomes = 16;
    private const int LeastTail = 16;

    private byte* _slots;
    private uint _tail;

    /// <summary>Entries held.</summary>
    public int Count { get; private set; }

    /// <summary>Home slots.</summary>
    public uint Homes { get; private init; }

    /// <summary>Bytes of memory held.</summary>
    public readonly long Bytes => (long)(Homes + _tail) * UidSlot.Bytes;

    private readonly byte* End => _slots + Bytes;

    public readonly void Prefetch(uint remainder)
    {
        if (!Sse.IsSupported || Homes == 0)
            return;
        var slot = Home(remainder);
        Sse.Prefetch0(slot);
        Sse.Prefetch0(slot + 64);
    }

    /// <summary>Writes the positions under a remainder that do not lie before a position.</summary>
    /// <returns>How many the span holds now.</returns>
    public readonly int Find(uint remainder, long before, Span<LogPosition> positions, int found)
    {
        if (Homes == 0)
            return found;
        for (var slot = FirstOf(remainder); !UidSlot.IsEmpty(slot); slot += UidSlot.Bytes)
        {
            if (UidSlot.Remainder(slot) != remainder || found == positions.Length)
                break;
            var position = UidSlot.Position(slot);
            if (position >= before)
                positions[found++] = new LogPosition(position);
        }
        return found;
    }

    /// <summary>Adds an entry.</summary>
    /// <returns>False when the shard is too full and must be rebuilt before.</returns>
    public bool TryAdd(uint remainder, long position)
    {
        if (IsFull)
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
        UidSlot.Write(slot, remainder, position);
        Count++;
        return true;
    }

    /// <summary>Removes one entry, and closes the gap by moving those behind it that are not at home.</summary>
    /// <returns>False when there is none.</returns>
    public bool Remove(uint remainder, long position)
    {
        if (Homes == 0)
            return false;
        var slot = FirstOf(remainder);
        while (UidSlot.Position(slot) != position || UidSlot.Remainder(slot) != remainder)
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

    /// <summary>Entries that do not lie before a position.</summary>
    public readonly int CountFrom(long before)
    {
        var count = 0;
        for (var slot = _slots; slot < End; slot += UidSlot.Bytes)
        {
            if (UidSlot.Position(slot) >= before && !UidSlot.IsEmpty(slot))
                count++;
        }
        return count;
    }

    /// <summary>
    /// Home slots for a number of entries: 68 % of them full. At 85 % it is time for a quarter more, so that an entry
    /// is moved four times on the average.
    /// </summary>
    public static uint HomesFor(int count) => Math.Max(LeastHomes, (uint)(count * 25L / 17));

    /// <summary>
    /// Moves the entries that do not lie before a position to new memory. When the shard is not full, it must be its
    /// tail that is: that is doubled.
    /// </summary>
    public void Rebuild(uint homes, long before)
    {
        var tail = Math.Max(LeastTail, IsFull ? _tail : _tail * 2);
        var rebuilt = Allocate(homes, tail);
        while (!rebuilt.TryCopy(this, before))
        {
            rebuilt.Free();
            tail *= 2;
            rebuilt = Allocate(homes, tail);
        }
        Free();
        this = rebuilt;
    }

    /// <summary>Hands the entries that do not lie before a position over, in order.</summary>
    public readonly void WriteTo(UidRunWriter writer, long before)
    {
        for (var slot = _slots; slot < End; slot += UidSlot.Bytes)
        {
            var position = UidSlot.Position(slot);
            if (position != 0 && position >= before)
                writer.Add(UidSlot.Remainder(slot), position);
        }
    }

    /// <summary>Removes all entries and keeps the memory.</summary>
    public void Clear()
    {
        if (Homes != 0)
            NativeMemory.Clear(_slots, (nuint)Bytes);
        Count = 0;
    }

    /// <summary>Removes all entries and gives the memory back.</summary>
    public void Free()
    {
        HugePages.Free(_slots, Bytes);
        this = default;
    }

    private readonly bool IsFull => (Count + 1) * 20L > Homes * 17L;

    private static UidShard Allocate(uint homes, uint tail)
    {
        var shard = new UidShard { Homes = homes, _tail = tail };
        shard._slots = HugePages.AllocZeroed(shard.Bytes);
        return shard;
    }

    // Multiply and shift: a home for every remainder without a division, for any number of homes.
    private readonly byte* Home(uint remainder) => _slots + (long)(((ulong)remainder * Homes) >> 32) * UidSlot.Bytes;

    private readonly byte* FirstOf(uint remainder)
    {
        var slot = Home(remainder);
        while (!UidSlot.IsEmpty(slot) && UidSlot.Remainder(slot) < remainder)
            slot += UidSlot.Bytes;
        return slot;
    }

    private bool TryCopy(in UidShard from, long before)
    {
        var next = _slots;
        for (var slot = from._slots; slot < from.End; slot += UidSlot.Bytes)
        {
            var position = UidSlot.Position(slot);
            if (position == 0 || position < before)
                continue;
            var remainder = UidSlot.Remainder(slot);
            var home = Home(remainder);
            next = home > next ? home : next;
            if (next + UidSlot.Bytes == End)
                return false;
            UidSlot.Write(next, remainder, position);
            next += UidSlot.Bytes;
            Count++;
        }
        return true;
    }
}
