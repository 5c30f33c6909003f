using System.Runtime.CompilerServices;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// Values of a fixed size, in chunks that stay below the large object heap, where the garbage collector would retain
/// many times the memory in use.
/// </summary>
public sealed class Column<T>
    where T : unmanaged
{
    /// <summary>Values in a chunk.</summary>
    public const int ChunkRows = 4096;

    // A load may touch tens of thousands of meters with one row each.
    private const int MinRows = 8;
    private readonly List<T[]> _chunks = [];
    private T[] _chunk = [];
    private int _index = -1;
    private int _length;

    /// <summary>The number of values.</summary>
    public int Count => _index < 0 ? 0 : _index * ChunkRows + _length;

    /// <summary>A value.</summary>
    public T this[int row] => _chunks[row / ChunkRows][row % ChunkRows];

    /// <summary>Values within one chunk.</summary>
    /// <param name="first">Index of the first value.</param>
    /// <param name="count">The number of values.</param>
    /// <exception cref="ArgumentOutOfRangeException">The values span more than one chunk.</exception>
    public ReadOnlySpan<T> Slice(int first, int count) =>
        _chunks[first / ChunkRows].AsSpan(first % ChunkRows, count);

    /// <summary>The values of a chunk; empty if the index is beyond the last chunk.</summary>
    public ReadOnlySpan<T> Chunk(int index) =>
        index < _index ? _chunks[index] : index == _index ? _chunk.AsSpan(0, _length) : [];

    /// <summary>Adds a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T value)
    {
        if (_length == _chunk.Length)
            MakeRoom();
        _chunk[_length++] = value;
    }

    /// <summary>Removes some values and closes the gaps.</summary>
    /// <param name="rows">Their indices, in ascending order.</param>
    public void Remove(ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty)
            return;
        var count = Count;
        var kept = rows[0];
        for (var row = kept; row < count; row++)
        {
            if (!rows.IsEmpty && rows[0] == row)
                rows = rows[1..];
            else
            {
                _chunks[kept / ChunkRows][kept % ChunkRows] = this[row];
                kept++;
            }
        }
        Truncate(kept);
    }

    /// <summary>Removes the values and keeps the memory.</summary>
    public void Clear()
    {
        _chunk = [];
        _index = -1;
        _length = 0;
    }

    private void Truncate(int count)
    {
        if (count == 0)
        {
            Clear();
            return;
        }
        _index = (count - 1) / ChunkRows;
        _chunk = _chunks[_index];
        _length = count - _index * ChunkRows;
    }

    // The first chunk starts small and grows, because most columns are short.
    private void MakeRoom()
    {
        if (_index == 0 && _length < ChunkRows)
            Array.Resize(ref _chunk, _length * 2);
        else
        {
            if (++_index == _chunks.Count)
                _chunks.Add(new T[_index == 0 ? MinRows : ChunkRows]);
            _chunk = _chunks[_index];
            _length = 0;
        }
        _chunks[_index] = _chunk;
    }
}
