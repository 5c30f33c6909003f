namespace Tallystick.Metering.Measurements;

/// <summary>Texts as UTF-8, in chunks like those of <see cref="Column{T}"/>.</summary>
public sealed class TextColumn
{
    private const int MinBytes = 256;
    private const int ChunkBytes = 64 * 1024;
    private readonly Column<Place> _places = new();
    private readonly List<byte[]> _chunks = [];
    private byte[] _chunk = [];
    private int _index = -1;
    private int _length;

    /// <summary>The number of texts.</summary>
    public int Count => _places.Count;

    /// <summary>The UTF-8 of a text.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var place = _places[index];
            return _chunks[place.Chunk].AsSpan(place.Start, place.Length);
        }
    }

    /// <summary>Adds a text.</summary>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        if (_index < 0 || _chunk.Length - _length < utf8.Length)
            MakeRoom(utf8.Length);
        utf8.CopyTo(_chunk.AsSpan(_length));
        _places.Add(new Place(_index, _length, utf8.Length));
        _length += utf8.Length;
    }

    /// <summary>Removes some texts. Their bytes are released only by <see cref="Clear"/>.</summary>
    /// <param name="rows">Their indices, in ascending order.</param>
    public void Remove(ReadOnlySpan<int> rows) => _places.Remove(rows);

    /// <summary>Removes the texts and keeps the memory.</summary>
    public void Clear()
    {
        _places.Clear();
        _chunk = [];
        _index = -1;
        _length = 0;
    }

    // The first chunk starts small and grows, because most columns are short. A text longer than a chunk gets its own.
    private void MakeRoom(int bytes)
    {
        if (_index == 0 && _length + bytes <= ChunkBytes)
            Array.Resize(ref _chunk, Math.Min(ChunkBytes, Math.Max(_chunk.Length * 2, _length + bytes)));
        else
        {
            var size = Math.Max(bytes, _index < 0 ? MinBytes : ChunkBytes);
            if (++_index == _chunks.Count)
                _chunks.Add(new byte[size]);
            else if (_chunks[_index].Length < size)
                _chunks[_index] = new byte[size];
            _chunk = _chunks[_index];
            _length = 0;
        }
        _chunks[_index] = _chunk;
    }

    private readonly record struct Place(int Chunk, int Start, int Length);
}
