namespace Tallystick.Metering.Measurements;

/// <summary>Measurements of one meter, column by column: row n of every column belongs to measurement n.</summary>
/// <param name="organizationId">The organization.</param>
/// <param name="meterId">UUID of the meter, so that its code may change later.</param>
/// <param name="fields">The fields of the meter that are stored; every row has a value for each.</param>
public sealed class MeterRows(string organizationId, string meterId, IReadOnlyList<FieldColumnValues> fields)
{
    /// <summary>Stands in <see cref="Ets"/> for none.</summary>
    public const long NoEts = long.MinValue;

    /// <summary>The organization.</summary>
    public string OrganizationId => organizationId;

    /// <summary>UUID of the meter.</summary>
    public string MeterId => meterId;

    /// <summary>The number of rows.</summary>
    public int Count => Positions.Count;

    /// <summary>Their uids.</summary>
    public TextColumn Uids { get; } = new();

    /// <summary>Indices of their accounts in the load.</summary>
    public Column<int> Accounts { get; } = new();

    /// <summary>When the usage happened, in nanoseconds since 1970.</summary>
    public Column<long> Ts { get; } = new();

    /// <summary>When it ended, or <see cref="NoEts"/>.</summary>
    public Column<long> Ets { get; } = new();

    /// <summary>When it was received.</summary>
    public Column<long> ReceivedAt { get; } = new();

    /// <summary>Where it stands in the log: unique, and in the order of receipt.</summary>
    public Column<long> Positions { get; } = new();

    /// <summary>The values of the fields.</summary>
    public IReadOnlyList<FieldColumnValues> Fields => fields;

    /// <summary>Removes the rows and keeps the memory.</summary>
    public void Clear()
    {
        Uids.Clear();
        Accounts.Clear();
        Ts.Clear();
        Ets.Clear();
        ReceivedAt.Clear();
        Positions.Clear();
        foreach (var field in fields)
        {
            field.Numbers.Clear();
            field.Texts.Clear();
        }
    }
}

/// <summary>The values of one field.</summary>
/// <param name="code">Code of the field.</param>
/// <param name="isNumeric">Whether they are numbers.</param>
public sealed class FieldColumnValues(string code, bool isNumeric)
{
    /// <summary>Code of the field.</summary>
    public string Code => code;

    /// <summary>Whether the values are numbers, else texts.</summary>
    public bool IsNumeric => isNumeric;

    /// <summary>The numbers, exact; empty for texts.</summary>
    public Column<decimal> Numbers { get; } = new();

    /// <summary>The texts; empty for numbers.</summary>
    public TextColumn Texts { get; } = new();
}

/// <summary>Values of a fixed size.</summary>
public sealed class Column<T>
    where T : unmanaged
{
    private T[] _values = new T[256];

    /// <summary>The number of values.</summary>
    public int Count { get; private set; }

    /// <summary>The values.</summary>
    public ReadOnlySpan<T> Values => _values.AsSpan(0, Count);

    /// <summary>Adds a value.</summary>
    public void Add(T value)
    {
        if (Count == _values.Length)
            Array.Resize(ref _values, Count * 2);
        _values[Count++] = value;
    }

    /// <summary>Removes the values and keeps the memory.</summary>
    public void Clear() => Count = 0;
}

/// <summary>Texts as UTF-8.</summary>
public sealed class TextColumn
{
    private readonly Column<int> _ends = new();
    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>The number of texts.</summary>
    public int Count => _ends.Count;

    /// <summary>The UTF-8 of a text.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends.Values[index - 1];
            return _bytes.AsSpan(start, _ends.Values[index] - start);
        }
    }

    /// <summary>Adds a text.</summary>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        if (_bytes.Length - _length < utf8.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + utf8.Length));
        utf8.CopyTo(_bytes.AsSpan(_length));
        _length += utf8.Length;
        _ends.Add(_length);
    }

    /// <summary>Removes the texts and keeps the memory.</summary>
    public void Clear()
    {
        _ends.Clear();
        _length = 0;
    }
}
