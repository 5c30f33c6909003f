using System.IO.Hashing;
using System.Text;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Measurements.Batches;

/// <summary>
/// Writes the measurements of one request in the format of the log. Repeated texts (codes of meters and accounts, lists
/// of fields) are written once, in tables after the rows.
/// </summary>
/// <remarks>
/// Layout: version, length, offset of the tables, number of rows, time of receipt, organization; the rows; the tables:
/// the source (only in <see cref="VersionWithSource"/>), meters with the number of their rows, lists of fields,
/// accounts. A row: uid, offset in the batch, content hash,
/// numbers of meter, list and account, timestamps, the values in the order of the list. Any change of the format needs
/// a new version, and all released versions must remain readable.
/// </remarks>
internal sealed class BatchWriter
{
    public const byte Version = 2;

    /// <summary>The version of batches that state where they come from, such as a place in a file.</summary>
    public const byte VersionWithSource = 3;

    // The index of a category is its number on disk: append only, never reorder.
    private static readonly DataFieldCategory[] Categories =
    [
        DataFieldCategory.Who, DataFieldCategory.Where, DataFieldCategory.What, DataFieldCategory.Other,
        DataFieldCategory.Metadata, DataFieldCategory.Measure, DataFieldCategory.Income, DataFieldCategory.Cost,
    ];

    private readonly ByteBuffer _batch = new(16 * 1024);
    private readonly TextTable _meters = new();
    private readonly TextTable _lists = new();
    private readonly TextTable _accounts = new();
    private readonly List<int> _rowsOfMeters = [];

    /// <summary>The number of a category on disk.</summary>
    public static byte NumberOf(DataFieldCategory category) => (byte)Array.IndexOf(Categories, category);

    /// <summary>The category with a number.</summary>
    public static DataFieldCategory CategoryOf(byte number) => Categories[number];

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The number of bytes so far.</summary>
    public int Length => _batch.Length;

    public void Begin(string organizationId, long receivedAt)
    {
        _batch.Clear();
        _meters.Clear();
        _lists.Clear();
        _accounts.Clear();
        _rowsOfMeters.Clear();
        Count = 0;
        _batch.WriteByte(Version);
        _batch.WriteInt32(0); // length
        _batch.WriteInt32(0); // offset of the tables
        _batch.WriteInt32(0); // number of rows
        _batch.WriteInt64(receivedAt);
        _batch.WriteText(Encoding.UTF8.GetBytes(organizationId));
    }

    /// <summary>The number of a meter code, which is added if necessary.</summary>
    public int Meter(ReadOnlySpan<byte> code)
    {
        var index = _meters.Intern(code);
        if (index == _rowsOfMeters.Count)
            _rowsOfMeters.Add(0);
        return index;
    }

    /// <summary>The number of an account code, which is added if necessary.</summary>
    public int Account(ReadOnlySpan<byte> code) => _accounts.Intern(code);

    /// <summary>Whether the batch already contains a list of fields.</summary>
    public bool HasList(ReadOnlySpan<byte> fields) => _lists.IndexOf(fields) >= 0;

    /// <summary>
    /// The number of a list of fields, which is added if necessary. The bytes contain the category number and the code
    /// of each field.
    /// </summary>
    public int List(ReadOnlySpan<byte> fields) => _lists.Intern(fields);

    /// <summary>Adds a row.</summary>
    /// <param name="uid">The uid.</param>
    /// <param name="meter">Number of the meter.</param>
    /// <param name="list">Number of the list of fields.</param>
    /// <param name="account">Number of the account.</param>
    /// <param name="ts">When the usage happened, in nanoseconds since 1970.</param>
    /// <param name="ets">When it ended, in nanoseconds since 1970, or null.</param>
    /// <param name="values">The encoded values, in the order of the list.</param>
    public void Row(
        ReadOnlySpan<byte> uid, int meter, int list, int account, long ts, long? ets, ReadOnlySpan<byte> values)
    {
        var start = _batch.Length;
        _batch.WriteText(uid);
        _batch.WriteVarint((uint)start);
        _batch.WriteInt32(ContentHash(meter, list, account, ts, ets, values));
        _batch.WriteVarint((uint)meter);
        _batch.WriteVarint((uint)list);
        _batch.WriteVarint((uint)account);
        _batch.WriteInt64(ts);
        _batch.WriteByte((byte)(ets is null ? 0 : 1));
        if (ets is { } end)
            _batch.WriteInt64(end);
        _batch.Write(values);
        _rowsOfMeters[meter]++;
        Count++;
    }

    /// <summary>Ends the batch; its bytes stay valid until the next <see cref="Begin"/>.</summary>
    /// <param name="source">Where it comes from; empty if that does not matter.</param>
    public ReadOnlyMemory<byte> End(ReadOnlySpan<byte> source = default)
    {
        _batch.Patch(1 + sizeof(int), _batch.Length);
        _batch.Patch(1 + (2 * sizeof(int)), Count);
        if (!source.IsEmpty)
        {
            _batch.PatchByte(0, VersionWithSource);
            _batch.WriteText(source);
        }
        _meters.WriteTo(_batch);
        foreach (var rows in _rowsOfMeters)
            _batch.WriteVarint((uint)rows);
        _lists.WriteTo(_batch);
        _accounts.WriteTo(_batch);
        _batch.Patch(1, _batch.Length);
        return _batch.WrittenMemory;
    }

    // Equal hashes show cheaply that a duplicate has the same content. Different hashes need a comparison of contents.
    private int ContentHash(int meter, int list, int account, long ts, long? ets, ReadOnlySpan<byte> values)
    {
        var seed = _meters.HashOf(meter) ^ (_lists.HashOf(list) * 3) ^ (_accounts.HashOf(account) * 5)
            ^ ((ulong)ts * 7) ^ ((ulong)ets.GetValueOrDefault() * 11);
        return (int)XxHash3.HashToUInt64(values, (long)seed);
    }
}
