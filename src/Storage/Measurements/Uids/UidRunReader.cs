using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>Reads the entries of a run in order, one shard at a time.</summary>
internal sealed unsafe class UidRunReader(UidRun run) : IDisposable
{
    private const int BufferPages = 16;

    /// <summary>Bytes of memory held.</summary>
    public const int MemoryBytes = BufferPages * UidPage.Bytes;

    private readonly byte* _buffer = UidPage.Allocate(BufferPages);
    private int _page;
    private int _end;
    private int _buffered;
    private int _slot;

    /// <summary>True while <see cref="Remainder"/> and <see cref="Kept"/> describe an entry.</summary>
    public bool HasEntry { get; private set; }

    public uint Remainder { get; private set; }

    /// <summary>The stored form of the entry's position; see <see cref="UidSlot"/>.</summary>
    public long Kept { get; private set; }

    /// <summary>Reads the first entry of a shard.</summary>
    public void Begin(int shard)
    {
        (_page, _end) = run.PagesOf(shard);
        (_buffered, _slot) = (_page, 0);
        Next();
    }

    /// <summary>Reads the next entry of the shard, skipping removed ones.</summary>
    public void Next()
    {
        while (_page < _end)
        {
            if (_page == _buffered)
                Fill();
            var slot = UidPage.Slot(_buffer + _page % BufferPages * UidPage.Bytes, _slot);
            var number = (long)_page * UidPage.Slots + _slot;
            if (++_slot == UidPage.Slots)
                (_page, _slot) = (_page + 1, 0);
            if (UidSlot.IsEmpty(slot))
                break;
            if (run.IsRemoved(number))
                continue;
            (HasEntry, Remainder, Kept) = (true, UidSlot.Remainder(slot), UidSlot.Kept(slot));
            return;
        }
        HasEntry = false;
    }

    public void Dispose() => NativeMemory.Free(_buffer);

    // The place of a page in the buffer follows from its number, so a read must not extend past the end of the buffer.
    private void Fill()
    {
        var place = _page % BufferPages;
        var pages = Math.Min(BufferPages - place, _end - _page);
        run.File.Read(_page, new Span<byte>(_buffer + place * UidPage.Bytes, pages * UidPage.Bytes));
        _buffered = _page + pages;
    }
}
