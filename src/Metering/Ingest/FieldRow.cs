using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// The fields of the measurement being read: the list of categories and codes, and the encoded values. A null entry
/// counts as absent.
/// </summary>
internal sealed class FieldRow
{
    private readonly ByteBuffer _list = new(256);
    private readonly List<Entry> _entries = [];

    /// <summary>The list as sent; without nulls after <see cref="Settle"/>.</summary>
    public ReadOnlySpan<byte> List => _list.Written;

    /// <summary>The values, in the order of the list.</summary>
    public ReadOnlySpan<byte> Values => ValueBuffer.Written;

    /// <summary>Whether an entry is null, so that <see cref="Settle"/> must be called.</summary>
    public bool HasNull { get; private set; }

    /// <summary>Receives the value of the current entry.</summary>
    public ByteBuffer ValueBuffer { get; } = new(256);

    /// <summary>The code of the current entry.</summary>
    public ReadOnlySpan<byte> LastCode => CodeOf(_entries.Count - 1);

    public void Clear()
    {
        _list.Clear();
        ValueBuffer.Clear();
        _entries.Clear();
        HasNull = false;
    }

    /// <summary>
    /// Begins an entry. The caller then writes the value to <see cref="ValueBuffer"/> and calls <see cref="EndEntry"/>.
    /// </summary>
    public void BeginEntry(byte category, ReadOnlySpan<byte> code)
    {
        var start = _list.Length;
        _list.WriteByte(category);
        _list.WriteText(code);
        _entries.Add(new Entry(category, start.._list.Length, ValueBuffer.Length..ValueBuffer.Length, IsNull: false));
    }

    public void EndEntry() => _entries[^1] = _entries[^1] with { Value = _entries[^1].Value.Start..ValueBuffer.Length };

    /// <summary>Ends an entry whose value is null.</summary>
    public void EndAsNull()
    {
        _entries[^1] = _entries[^1] with { IsNull = true };
        HasNull = true;
    }

    /// <summary>
    /// Removes nulls and finds repeated entries. Takes O(n log n), because a sender may repeat a name many times.
    /// </summary>
    /// <returns>The entries that repeat an earlier one, in the order sent.</returns>
    public IReadOnlyList<(byte Category, byte[] Code)> Settle()
    {
        var order = Enumerable.Range(0, _entries.Count).ToArray();
        Array.Sort(order, Compare);
        var repeated = order.Where((index, place) => place > 0 && IsSame(index, order[place - 1])).Order()
            .Select(index => (_entries[index].Category, CodeOf(index).ToArray())).ToList();
        if (HasNull)
            RemoveNulls();
        return repeated;
    }

    private void RemoveNulls()
    {
        var (list, values) = (_list.Written.ToArray(), ValueBuffer.Written.ToArray());
        _list.Clear();
        ValueBuffer.Clear();
        foreach (var entry in _entries.Where(entry => !entry.IsNull))
        {
            _list.Write(list.AsSpan(entry.Key));
            ValueBuffer.Write(values.AsSpan(entry.Value));
        }
    }

    private ReadOnlySpan<byte> CodeOf(int index)
    {
        var entry = _list.Written[_entries[index].Key];
        var offset = 1; // skip the category
        return ByteReading.Text(entry, ref offset);
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
