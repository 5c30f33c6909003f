using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// The data of a published revision in memory: its values in columns, and a hash table of its keys. A value needs about
/// 20 bytes plus its text, far less than an object per row.
/// </summary>
internal sealed class LookupSnapshot : ILookupTable
{
    private const int Empty = 0;

    // A code point takes four bytes at most.
    private const int MaxTextBytes = 4 * LookupRows.MaxText;

    // Dividing a decimal by this removes its trailing zeros.
    private const decimal NoZeros = 1.0000000000000000000000000000m;

    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly List<string> _names;
    private readonly ValueKind[] _kinds;
    private readonly FieldColumnValues[] _columns;
    private readonly int[] _keyFields;

    // Open addressing: row numbers, counted from 1, at the slot of the hash of their keys or the next free slot.
    private int[] _places = new int[16];
    private int _rows;

    internal LookupSnapshot(LookupTableRevision revision, long dataVersion)
    {
        (Revision, DataVersion) = (revision, dataVersion);
        _names = [.. revision.Fields.Select(field => field.Name!)];
        _kinds =
        [
            .. revision.Fields.Select(field =>
                field.Type == LookupTableRevisionFieldType.Number ? ValueKind.Number : ValueKind.Text),
        ];
        _columns =
        [
            .. _names.Zip(_kinds, (name, kind) => new FieldColumnValues(name, kind == ValueKind.Number, true)),
        ];
        _keyFields = [.. revision.Keys.Select(key => _names.IndexOf(key))];
        Keys = [.. _keyFields.Select(field => _kinds[field])];
    }

    /// <summary>The revision.</summary>
    internal LookupTableRevision Revision { get; }

    /// <summary>The version of its data.</summary>
    internal long DataVersion { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ValueKind> Keys { get; }

    /// <inheritdoc/>
    public int FindField(string name) => _names.IndexOf(name);

    /// <inheritdoc/>
    public ValueKind KindOf(int field) => _kinds[field];

    /// <summary>Adds a row. Its keys must be unique.</summary>
    internal void Add(IReadOnlyDictionary<string, CustomFieldValue> values)
    {
        foreach (var column in _columns)
        {
            values.TryGetValue(column.Code, out var value);
            if (column.IsNumeric)
                column.AddOptional(value.Number);
            else
                column.AddOptional(value.Text);
        }
        if (++_rows * 2 > _places.Length)
            Grow();
        else
            Place(_rows);
    }

    /// <inheritdoc/>
    public int FindRow(ReadOnlySpan<Value> keys)
    {
        var mask = _places.Length - 1;
        for (var place = HashOf(keys) & mask; _places[place] != Empty; place = (place + 1) & mask)
        {
            if (HasKeys(_places[place] - 1, keys))
                return _places[place] - 1;
        }
        return -1;
    }

    /// <inheritdoc/>
    public Value Read(int row, int field)
    {
        var column = _columns[field];
        if (!column.Has(row))
            return default;
        return column.IsNumeric
            ? Value.Of(column.Numbers[row]) : Value.Of(Encoding.UTF8.GetString(column.Texts[row]));
    }

    private void Grow()
    {
        _places = new int[_places.Length * 2];
        for (var row = 1; row <= _rows; row++)
            Place(row);
    }

    private void Place(int row)
    {
        var mask = _places.Length - 1;
        var hash = new HashCode();
        foreach (var field in _keyFields)
        {
            var column = _columns[field];
            if (column.IsNumeric)
                AddTo(ref hash, column.Numbers[row - 1]);
            else
                hash.Add(HashOf(column.Texts[row - 1]));
        }
        var place = hash.ToHashCode() & mask;
        while (_places[place] != Empty)
            place = (place + 1) & mask;
        _places[place] = row;
    }

    private static int HashOf(ReadOnlySpan<Value> keys)
    {
        var hash = new HashCode();
        foreach (var key in keys)
        {
            if (key.Text is { } text)
                hash.Add(HashOf(text));
            else
                AddTo(ref hash, key.Number!.Value);
        }
        return hash.ToHashCode();
    }

    // Hashes all digits with a seed, so that chosen keys cannot force collisions. 1.0 and 1 have the same hash.
    private static void AddTo(ref HashCode hash, decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number == 0 ? 0 : number / NoZeros, bits);
        foreach (var part in bits)
            hash.Add(part);
    }

    private static int HashOf(string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var hash = HashOf(buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)));
        ArrayPool<byte>.Shared.Return(buffer);
        return hash;
    }

    private static int HashOf(ReadOnlySpan<byte> utf8) => (int)XxHash3.HashToUInt64(utf8, Seed);

    private bool HasKeys(int row, ReadOnlySpan<Value> keys)
    {
        for (var index = 0; index < keys.Length; index++)
        {
            var column = _columns[_keyFields[index]];
            var isSame = column.IsNumeric
                ? column.Numbers[row] == keys[index].Number : IsSame(column.Texts[row], keys[index].Text!);
            if (!isSame)
                return false;
        }
        return true;
    }

    private static bool IsSame(ReadOnlySpan<byte> stored, string text)
    {
        Span<byte> utf8 = stackalloc byte[MaxTextBytes];
        return Utf8.FromUtf16(text, utf8, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done
            && utf8[..length].SequenceEqual(stored);
    }
}
