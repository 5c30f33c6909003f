using System.Numerics;
using System.Text;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Writes the rows of one meter, in the order received, to its own table or to the shared table.</summary>
/// <param name="rows">The rows.</param>
/// <param name="accounts">Keys of the load's accounts.</param>
/// <param name="columns">The meter's columns in addition to those of every usage table.</param>
internal sealed class UsageRowsWriter(MeterRows rows, int[] accounts, FieldColumn[] columns) : IRowSource
{
    private readonly bool[] _isInRest = OverflowColumn.Find(columns);
    private readonly int[] _present = OverflowColumn.Present(columns);
    private const int Uuid = 0;
    private const int Account = 1;
    private const int Ts = 2;
    private const int ReceivedAt = 3;
    private const int Sequence = 4;
    private const int FirstField = 5;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnType> Types =>
        TypesOf([.. _present.Select(number => columns[number])]);

    /// <summary>
    /// Key of the meter, written as the first column of the shared table; null for the meter's own table.
    /// </summary>
    public int? Meter { get; init; }

    /// <summary>
    /// The field column of the shared table for each column of the meter; null for the meter's own table.
    /// </summary>
    public int[]? Targets { get; init; }

    private int Shift => Meter is null ? 0 : 1;

    /// <inheritdoc/>
    public int Count => rows.Count;

    /// <summary>The types of the columns of a usage table.</summary>
    public static ColumnType[] TypesOf(FieldColumn[] fields) =>
    [
        ColumnType.Uuid, ColumnType.Int32, ColumnType.Int64, ColumnType.Int64, ColumnType.Int64,
        .. fields.Select(column => column.Kind.Type()),
    ];

    /// <summary>Marks the values of all nullable columns as absent.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="shift">Number of columns before those of every usage table.</param>
    /// <param name="fields">Number of field columns.</param>
    public static void ClearPresence(ChunkWriter chunk, int shift, int fields)
    {
        chunk.Presence(shift + Uuid).Clear();
        for (var number = 0; number < fields; number++)
            chunk.Presence(shift + FirstField + number).Clear();
    }

    /// <summary>The columns that the values of a load need.</summary>
    public static FieldColumn[] ColumnsOf(MeterRows rows) => [.. FindColumns(rows)];

    private static IEnumerable<FieldColumn> FindColumns(MeterRows rows)
    {
        if (HasOtherUids(rows))
            yield return FieldColumn.Uid;
        if (HasEts(rows))
            yield return FieldColumn.Ets;
        foreach (var field in rows.Fields)
        {
            if (!field.IsNumeric)
            {
                yield return new FieldColumn(field.Code, ColumnKind.Text);
                continue;
            }
            var tiers = 0;
            for (var chunk = 0; chunk * Column<decimal>.ChunkRows < field.Numbers.Count; chunk++)
            {
                foreach (var number in field.Numbers.Chunk(chunk))
                    tiers |= 1 << (int)ExactDecimal.TierOf(number);
            }
            foreach (var tier in ColumnKinds.Tiers)
            {
                if ((tiers & (1 << (int)tier)) != 0)
                    yield return new FieldColumn(field.Code, tier);
            }
        }
    }

    /// <exception cref="ArgumentException">A field does not have one value per row.</exception>
    public void RequireValues()
    {
        foreach (var field in rows.Fields)
        {
            if (field.Count != rows.Count)
                throw new ArgumentException($"The field '{field.Code}' does not have a value for each row.");
        }
    }

    /// <inheritdoc/>
    public void Write(ChunkWriter chunk, int first, int count)
    {
        ClearPresence(chunk, Shift, _present.Length);
        WriteAt(chunk, 0, first, count);
    }

    /// <summary>Writes some rows to a chunk in which all nullable values are marked as absent.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="at">The first row of the chunk to write.</param>
    /// <param name="first">The first row to read.</param>
    /// <param name="count">The number of rows. They must be in the same chunk of their columns.</param>
    public void WriteAt(ChunkWriter chunk, int at, int first, int count)
    {
        if (Meter is { } meter)
            chunk.Values<int>(0).Slice(at, count).Fill(meter);
        WriteUuids(chunk, at, first, count);
        WriteAccounts(chunk.Values<int>(Shift + Account)[at..], first, count);
        rows.Ts.Slice(first, count).CopyTo(chunk.Values<long>(Shift + Ts)[at..]);
        rows.ReceivedAt.Slice(first, count).CopyTo(chunk.Values<long>(Shift + ReceivedAt)[at..]);
        rows.Positions.Slice(first, count).CopyTo(chunk.Values<long>(Shift + Sequence)[at..]);
        for (var place = 0; place < _present.Length; place++)
        {
            var number = _present[place];
            WriteColumn(chunk, Shift + FirstField + (Targets?[number] ?? place), columns[number], at, first, count);
        }
    }

    private static bool HasOtherUids(MeterRows rows)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            if (!UuidText.TryParse(rows.Uids[row], out _))
                return true;
        }
        return false;
    }

    private static bool HasEts(MeterRows rows)
    {
        for (var chunk = 0; chunk * Column<long>.ChunkRows < rows.Count; chunk++)
        {
            if (rows.Ets.Chunk(chunk).ContainsAnyExcept(MeterRows.NoEts))
                return true;
        }
        return false;
    }

    private static void MarkPresent(Span<ulong> presence, int row) => presence[row >> 6] |= 1UL << (row & 63);

    private void WriteUuids(ChunkWriter chunk, int at, int first, int count)
    {
        var uuids = chunk.Values<UInt128>(Shift + Uuid)[at..];
        var isUuid = chunk.Presence(Shift + Uuid);
        for (var row = 0; row < count; row++)
        {
            if (UuidText.TryParse(rows.Uids[first + row], out uuids[row]))
                MarkPresent(isUuid, at + row);
        }
    }

    private void WriteOtherUids(ChunkWriter chunk, int column, int at, int first, int count)
    {
        var isOther = chunk.Presence(column);
        for (var row = 0; row < count; row++)
        {
            var uid = rows.Uids[first + row];
            if (UuidText.TryParse(uid, out _))
                continue;
            MarkPresent(isOther, at + row);
            chunk.Text(column, at + row, uid);
        }
    }

    private void WriteAccounts(Span<int> target, int first, int count)
    {
        var indices = rows.Accounts.Slice(first, count);
        for (var row = 0; row < count; row++)
            target[row] = accounts[indices[row]];
    }

    private void WriteEts(ChunkWriter chunk, int column, int at, int first, int count)
    {
        var source = rows.Ets.Slice(first, count);
        var target = chunk.Values<long>(column)[at..];
        var isPresent = chunk.Presence(column);
        for (var row = 0; row < count; row++)
        {
            target[row] = source[row];
            if (source[row] != MeterRows.NoEts)
                MarkPresent(isPresent, at + row);
        }
    }

    private void WriteColumn(ChunkWriter chunk, int target, FieldColumn column, int at, int first, int count)
    {
        if (column == FieldColumn.Uid)
            WriteOtherUids(chunk, target, at, first, count);
        else if (column == FieldColumn.Ets)
            WriteEts(chunk, target, at, first, count);
        else if (column == FieldColumn.Rest)
            WriteRest(chunk, target, at, first, count);
        else
            WriteField(chunk, target, column, at, first, count);
    }

    private void WriteRest(ChunkWriter chunk, int target, int at, int first, int count)
    {
        var fields = rows.Fields.Select(field => (Field: field, Numbers: NumbersInRest(field)))
            .Where(field => field.Numbers.Count > 0).ToArray();
        if (fields.Length == 0)
            return;
        var isPresent = chunk.Presence(target);
        var text = new StringBuilder();
        for (var row = 0; row < count; row++)
        {
            text.Clear();
            foreach (var (field, numbers) in fields)
            {
                var kind = field.IsNumeric ? ExactDecimal.TierOf(field.Numbers[first + row]) : ColumnKind.Text;
                if (!field.Has(first + row) || !numbers.TryGetValue(kind, out var number))
                    continue;
                if (field.IsNumeric)
                    OverflowColumn.Write(text, number, field.Numbers[first + row]);
                else
                    OverflowColumn.Write(text, number, field.Texts[first + row]);
            }
            if (text.Length == 0)
                continue;
            MarkPresent(isPresent, at + row);
            chunk.Text(target, at + row, Encoding.ASCII.GetBytes(text.ToString()));
        }
    }

    // The column numbers, by kind, of the field's columns that are stored in the rest column.
    private Dictionary<ColumnKind, int> NumbersInRest(FieldColumnValues field)
    {
        var numbers = new Dictionary<ColumnKind, int>();
        for (var number = 0; number < columns.Length; number++)
        {
            var (code, kind) = columns[number];
            if (_isInRest[number] && code == field.Code && field.IsNumeric == (kind != ColumnKind.Text))
                numbers[kind] = number;
        }
        return numbers;
    }

    private void WriteField(ChunkWriter chunk, int target, FieldColumn column, int at, int first, int count)
    {
        // The column may belong to a field that the meter no longer has.
        if (rows.Fields.FirstOrDefault(field => field.Code == column.Code) is not { } field
            || field.IsNumeric == (column.Kind == ColumnKind.Text))
            return;
        if (column.Kind == ColumnKind.Text)
        {
            var isPresent = chunk.Presence(target);
            for (var row = 0; row < count; row++)
            {
                if (!field.Has(first + row))
                    continue;
                MarkPresent(isPresent, at + row);
                chunk.Text(target, at + row, field.Texts[first + row]);
            }
        }
        else if (column.Kind == ColumnKind.Narrow)
            WriteNumbers<long>(chunk, target, ColumnKind.Narrow, at, field, first, count);
        else
            WriteNumbers<Int128>(chunk, target, column.Kind, at, field, first, count);
    }

    private static void WriteNumbers<T>(
        ChunkWriter chunk, int column, ColumnKind tier, int at, FieldColumnValues field, int first, int count)
        where T : unmanaged, IBinaryInteger<T>
    {
        var numbers = field.Numbers.Slice(first, count);
        var target = chunk.Values<T>(column)[at..];
        var isPresent = chunk.Presence(column);
        for (var row = 0; row < numbers.Length; row++)
        {
            if (!ExactDecimal.TryUnscale(numbers[row], tier, out var unscaled) || !field.Has(first + row))
                continue;
            target[row] = T.CreateChecked(unscaled);
            MarkPresent(isPresent, at + row);
        }
    }
}
