using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>Writes a run: shard after shard, each with its entries ordered by remainder.</summary>
internal sealed unsafe class UidRunWriter : IDisposable
{
    private const int BufferPages = 64;

    private readonly UidRunFile _file;
    private readonly List<uint> _firsts = [];
    private readonly int[] _shards = new int[UidKey.Shards + 1];
    private readonly byte* _buffer;
    private UidFilter? _filter;
    private bool _isFinished;
    private int _shard;
    private int _slots;
    private long _entries;
    private long _newest;

    /// <param name="path">The file to create; an existing one is replaced.</param>
    /// <param name="filterBytes">Memory for the filter; 0 for none.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public UidRunWriter(string path, long filterBytes)
    {
        _file = new UidRunFile(path);
        _buffer = UidPage.Allocate(BufferPages);
        _filter = filterBytes > 0 ? new UidFilter(filterBytes) : null;
    }

    /// <summary>Bytes of memory held.</summary>
    public long MemoryBytes => BufferPages * UidPage.Bytes + _firsts.Capacity * 4L + (_filter?.Bytes ?? 0);

    /// <summary>Writes an entry of the current shard.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Add(uint remainder, long position)
    {
        if (_slots == 0)
            _firsts.Add(remainder);
        UidSlot.Write(UidPage.Slot(Page, _slots), remainder, UidSlot.Kept(position));
        _filter?.Add(new UidKey(_shard, remainder));
        _entries++;
        _newest = Math.Max(_newest, position);
        if (++_slots == UidPage.Slots)
            EndPage();
    }

    /// <summary>Moves on to the next shard.</summary>
    public void EndShard()
    {
        if (_slots > 0)
            EndPage();
        _shards[++_shard] = _firsts.Count;
    }

    /// <summary>Completes the run.</summary>
    public UidRun Finish()
    {
        WriteBuffer(_firsts.Count % BufferPages);
        _isFinished = true;
        var filter = _filter;
        _filter = null;
        return new UidRun(_file, [.. _firsts], _shards, filter) { Entries = _entries, Newest = _newest };
    }

    /// <summary>Deletes the file unless the run was completed.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_buffer);
        _filter?.Dispose();
        if (!_isFinished)
            _file.Dispose();
    }

    // The place of the current page in the buffer follows from its number.
    private byte* Page => _buffer + (_firsts.Count - 1) % BufferPages * UidPage.Bytes;

    private void EndPage()
    {
        UidPage.Seal(Page, _firsts.Count - 1);
        _slots = 0;
        if (_firsts.Count % BufferPages == 0)
            WriteBuffer(BufferPages);
    }

    private void WriteBuffer(int pages)
    {
        var bytes = new Span<byte>(_buffer, pages * UidPage.Bytes);
        _file.Write(_firsts.Count - pages, bytes);
        bytes.Clear();
    }
}
