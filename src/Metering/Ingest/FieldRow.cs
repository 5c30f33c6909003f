using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// The fields of one measurement while it is read: their list (categories and codes) and their encoded values. Of an
/// entry given twice the last counts, of a map given twice the last map; an entry whose last value is null counts as
/// not sent.
/// </summary>
internal sealed class FieldRow
{
    private const int Categories = 8;

    private readonly ByteBuffer _list = new(256);
    private readonly List<Entry> _entries = [];
    private readonly int[] _mapStarts = new int[Categories];

    /// <summary>The list as sent, or after <see cref="Settle"/> with what counts.</summary>
    public ReadOnlySpan<byte> List => _list.Written;

    /// <summary>The values, in the order of the list.</summary>
    public ReadOnlySpan<byte> Values => ValueBuffer.Written;

    /// <summary>True when something was given as null or a map twice, so that the list must be settled.</summary>
    public bool IsIrregular { get; private set; }

    /// <summary>Where the value of the entry at hand is written.</summary>
    public ByteBuffer ValueBuffer { get; } = new(256);

    /// <summary>The code of the entry at hand.</summary>
    public ReadOnlySpan<byte> LastCode
    {
        get
        {
            var entry = _list.Written[_entries[^1].Key];
            var offset = 1; // behind the category
            return ByteReading.Text(entry, ref offset);
        }
    }

    public void Clear()
    {
        _list.Clear();
        ValueBuffer.Clear();
        _entries.Clear();
        Array.Fill(_mapStarts, -1);
        IsIrregular = false;
    }

    /// <summary>Begins a map: an earlier one of the category no longer counts.</summary>
    public void BeginMap(byte category)
    {
        IsIrregular |= _mapStarts[category] >= 0;
        _mapStarts[category] = _entries.Count;
    }

    /// <summary>Begins an entry; its value is written next, then <see cref="EndEntry"/> called.</summary>
    public void BeginEntry(byte category, ReadOnlySpan<byte> code)
    {
        var start = _list.Length;
        _list.WriteByte(category);
        _list.WriteText(code);
        _entries.Add(new Entry(category, start.._list.Length, ValueBuffer.Length..ValueBuffer.Length, IsNull: false));
    }

    public void EndEntry() => _entries[^1] = _entries[^1] with { Value = _entries[^1].Value.Start..ValueBuffer.Length };

    /// <summary>Ends an entry that was given as null.</summary>
    public void EndAsNull()
    {
        _entries[^1] = _entries[^1] with { IsNull = true };
        IsIrregular = true;
    }

    /// <summary>Keeps what counts, in time n log n: a sender may repeat a name very often.</summary>
    public void Settle()
    {
        var order = Enumerable.Range(0, _entries.Count)
            .Where(index => index >= _mapStarts[_entries[index].Category]).ToArray();
        Array.Sort(order, Compare);
        var counts = order
            .Where((index, place) =>
                (place + 1 == order.Length || !IsSame(index, order[place + 1])) && !_entries[index].IsNull)
            .Order().ToArray();
        if (counts.Length == _entries.Count)
            return;
        var (list, values) = (_list.Written.ToArray(), ValueBuffer.Written.ToArray());
        _list.Clear();
        ValueBuffer.Clear();
        foreach (var index in counts)
        {
            _list.Write(list.AsSpan(_entries[index].Key));
            ValueBuffer.Write(values.AsSpan(_entries[index].Value));
        }
    }

    private int Compare(int left, int right)
    {
        var order = _list.Written[_entries[left].Key].SequenceCompareTo(_list.Written[_entries[right].Key]);
        return order != 0 ? order : left.CompareTo(right);
    }

    private bool IsSame(int left, int right) =>
        _list.Written[_entries[left].Key].SequenceEqual(_list.Written[_entries[right].Key]);

    private readonly record struct Entry(byte Category, Range Key, Range Value, bool IsNull);
}
