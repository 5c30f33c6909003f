using System.Text;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Measurements.Batches;

/// <summary>Reads batches of <see cref="BatchWriter"/> without allocating objects for measurements.</summary>
internal sealed class BatchReader
{
    private readonly List<Range> _meters = [];
    private readonly List<int> _rowsOfMeters = [];
    private readonly List<Range> _lists = [];
    private readonly List<Range> _accounts = [];
    private ReadOnlyMemory<byte> _batch;
    private Range _organization;
    private int _next;
    private int _tables;

    /// <summary>The number of measurements.</summary>
    public int Count { get; private set; }

    /// <summary>When the batch was received, in nanoseconds since 1970.</summary>
    public long ReceivedAt { get; private set; }

    public ReadOnlySpan<byte> OrganizationId => Bytes[_organization];

    public int Meters => _meters.Count;

    public int Accounts => _accounts.Count;

    private ReadOnlySpan<byte> Bytes => _batch.Span;

    private bool HasSource => Bytes[0] == BatchWriter.VersionWithSource;

    /// <summary>The length of a batch, from its first bytes.</summary>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        var offset = 1;
        return ByteReading.Int32(head, ref offset);
    }

    /// <summary>Opens a batch. The memory may contain further bytes after it.</summary>
    /// <exception cref="InvalidDataException">It was written by another version of the program.</exception>
    public void Open(ReadOnlyMemory<byte> batch)
    {
        OpenHead(batch);
        var bytes = Bytes;
        var offset = _tables;
        if (HasSource)
            ByteReading.Text(bytes, ref offset);
        ReadTable(_meters, ref offset);
        _rowsOfMeters.Clear();
        for (var index = 0; index < _meters.Count; index++)
            _rowsOfMeters.Add(ByteReading.Count(bytes, ref offset));
        ReadTable(_lists, ref offset);
        ReadTable(_accounts, ref offset);
    }

    /// <summary>Opens only the part of a batch before the rows. The memory may end after that part.</summary>
    /// <exception cref="InvalidDataException">It was written by another version of the program.</exception>
    public void OpenHead(ReadOnlyMemory<byte> batch)
    {
        _batch = batch;
        var bytes = Bytes;
        if (bytes[0] is not (BatchWriter.Version or BatchWriter.VersionWithSource))
        {
            throw new InvalidDataException(
                $"A batch in the measurement log has version {bytes[0]}; this program reads {BatchWriter.Version} and "
                + $"{BatchWriter.VersionWithSource}.");
        }
        var offset = 1 + sizeof(int);
        _tables = ByteReading.Int32(bytes, ref offset);
        Count = ByteReading.Int32(bytes, ref offset);
        ReceivedAt = ByteReading.Int64(bytes, ref offset);
        _organization = ByteReading.TextRange(bytes, ref offset);
        _next = offset;
    }

    /// <summary>Where the batch comes from; empty if it does not say. Needs the whole batch.</summary>
    public ReadOnlySpan<byte> Source()
    {
        var offset = _tables;
        return HasSource ? ByteReading.Text(Bytes, ref offset) : [];
    }

    public ReadOnlySpan<byte> Meter(int index) => Bytes[_meters[index]];

    /// <summary>The number of rows of a meter.</summary>
    public int RowsOf(int meter) => _rowsOfMeters[meter];

    public ReadOnlySpan<byte> Account(int index) => Bytes[_accounts[index]];

    /// <summary>The bytes of a list of fields; equal lists have equal bytes.</summary>
    public ReadOnlySpan<byte> List(int index) => Bytes[_lists[index]];

    /// <summary>The fields of a list, in order.</summary>
    public IReadOnlyList<FieldCode> Fields(int list)
    {
        var bytes = List(list);
        var fields = new List<FieldCode>();
        for (var offset = 0; offset < bytes.Length;)
        {
            var category = BatchWriter.CategoryOf(bytes[offset++]);
            fields.Add(new FieldCode(category, Text(ByteReading.Text(bytes, ref offset))));
        }
        return fields;
    }

    /// <summary>Reads the head of the next row. Call <see cref="Advance"/> before reading another.</summary>
    /// <returns>False if there are no more rows.</returns>
    public bool TryRead(out BatchRow row)
    {
        row = default;
        if (_next >= _tables)
            return false;
        row = ReadRow(_next);
        return true;
    }

    /// <summary>The row that begins at an offset.</summary>
    public BatchRow ReadRow(int offset)
    {
        var bytes = Bytes;
        var start = offset;
        var uid = ByteReading.TextRange(bytes, ref offset);
        ByteReading.Varint(bytes, ref offset);
        var content = ByteReading.Int32(bytes, ref offset);
        var meter = ByteReading.Count(bytes, ref offset);
        var list = ByteReading.Count(bytes, ref offset);
        var account = ByteReading.Count(bytes, ref offset);
        var ts = ByteReading.Int64(bytes, ref offset);
        var hasEts = bytes[offset++] != 0;
        var ets = hasEts ? ByteReading.Int64(bytes, ref offset) : BatchRow.NoEts;
        return new BatchRow(start, uid, content, meter, list, account, ts, ets, offset);
    }

    /// <summary>The UTF-8 of a row's uid.</summary>
    public ReadOnlySpan<byte> Uid(in BatchRow row) => Bytes[row.Uid];

    /// <summary>The bytes after the head of a row, starting with its values.</summary>
    public ReadOnlySpan<byte> Values(in BatchRow row) => Bytes[row.Values..];

    /// <summary>Moves past a row whose values have the given length.</summary>
    public void Advance(in BatchRow row, int valueBytes) => _next = row.Values + valueBytes;

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private void ReadTable(List<Range> table, ref int offset)
    {
        table.Clear();
        var count = ByteReading.Count(Bytes, ref offset);
        for (var index = 0; index < count; index++)
            table.Add(ByteReading.TextRange(Bytes, ref offset));
    }
}

/// <summary>A field as sent: the category of its map, and its code.</summary>
internal readonly record struct FieldCode(DataFieldCategory Category, string Code);

/// <summary>The head of a row.</summary>
/// <param name="Start">Offset of its first byte in the batch.</param>
/// <param name="Uid">The range of its uid.</param>
/// <param name="ContentHash">
/// Hash of everything except the uid. Equal content can have different hashes, for example if fields are reordered.
/// </param>
/// <param name="Meter">Number of its meter.</param>
/// <param name="List">Number of its list of fields.</param>
/// <param name="Account">Number of its account.</param>
/// <param name="Ts">When the usage happened, in nanoseconds since 1970.</param>
/// <param name="Ets">When it ended, or <see cref="NoEts"/>.</param>
/// <param name="Values">Offset of its values.</param>
internal readonly record struct BatchRow(
    int Start, Range Uid, int ContentHash, int Meter, int List, int Account, long Ts, long Ets, int Values)
{
    /// <summary>Represents a missing <c>ets</c>.</summary>
    public const long NoEts = long.MinValue;
}
