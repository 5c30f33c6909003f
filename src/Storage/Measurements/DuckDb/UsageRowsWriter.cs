using System.Numerics;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Writes the rows of one meter, in the order received, for its table.</summary>
/// <param name="rows">The rows.</param>
/// <param name="accounts">Keys of the accounts of the load.</param>
/// <param name="columns">The columns that the table has got besides those of every usage table.</param>
internal sealed class UsageRowsWriter(MeterRows rows, int[] accounts, FieldColumn[] columns) : IRowSource
{
    private const int Uuid = 0;
    private const int Account = 1;
    private const int Ts = 2;
    private const int ReceivedAt = 3;
    private const int Sequence = 4;
    private const int FirstField = 5;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnType> Types { get; } =
    [
        ColumnType.Uuid, ColumnType.Int32, ColumnType.Int64, ColumnType.Int64, ColumnType.Int64,
        .. columns.Select(column => column.Kind.Type()),
    ];

    /// <inheritdoc/>
    public int Count => rows.Count;

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

    /// <summary>Inserts all rows.</summary>
    /// <exception cref="ArgumentException">A field has not as many values as there are rows.</exception>
    public void InsertInto(string table, RowLoader loader)
    {
        foreach (var field in rows.Fields)
        {
            if ((field.IsNumeric ? field.Numbers.Count : field.Texts.Count) != rows.Count)
                throw new ArgumentException($"The field '{field.Code}' has not a value for each row.");
        }
        loader.Insert(table, this);
    }

    /// <inheritdoc/>
    public void Write(ChunkWriter chunk, int first, int count)
    {
        WriteUuids(chunk, first, count);
        WriteAccounts(chunk.Values<int>(Account), first, count);
        rows.Ts.Slice(first, count).CopyTo(chunk.Values<long>(Ts));
        rows.ReceivedAt.Slice(first, count).CopyTo(chunk.Values<long>(ReceivedAt));
        rows.Positions.Slice(first, count).CopyTo(chunk.Values<long>(Sequence));
        for (var number = 0; number < columns.Length; number++)
            WriteColumn(chunk, FirstField + number, columns[number], first, count);
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

    private void WriteUuids(ChunkWriter chunk, int first, int count)
    {
        var uuids = chunk.Values<UInt128>(Uuid);
        var isUuid = chunk.Presence(Uuid);
        isUuid.Clear();
        for (var row = 0; row < count; row++)
        {
            if (UuidText.TryParse(rows.Uids[first + row], out uuids[row]))
                isUuid[row >> 6] |= 1UL << (row & 63);
        }
    }

    private void WriteOtherUids(ChunkWriter chunk, int column, int first, int count)
    {
        var isOther = chunk.Presence(column);
        isOther.Clear();
        for (var row = 0; row < count; row++)
        {
            var uid = rows.Uids[first + row];
            if (UuidText.TryParse(uid, out _))
                continue;
            isOther[row >> 6] |= 1UL << (row & 63);
            chunk.Text(column, row, uid);
        }
    }

    private void WriteAccounts(Span<int> target, int first, int count)
    {
        var indices = rows.Accounts.Slice(first, count);
        for (var row = 0; row < count; row++)
            target[row] = accounts[indices[row]];
    }

    private void WriteEts(ChunkWriter chunk, int column, int first, int count)
    {
        var source = rows.Ets.Slice(first, count);
        var target = chunk.Values<long>(column);
        var isPresent = chunk.Presence(column);
        isPresent.Clear();
        for (var row = 0; row < count; row++)
        {
            target[row] = source[row];
            if (source[row] != MeterRows.NoEts)
                isPresent[row >> 6] |= 1UL << (row & 63);
        }
    }

    private void WriteColumn(ChunkWriter chunk, int target, FieldColumn column, int first, int count)
    {
        if (column == FieldColumn.Uid)
            WriteOtherUids(chunk, target, first, count);
        else if (column == FieldColumn.Ets)
            WriteEts(chunk, target, first, count);
        else
            WriteField(chunk, target, column, first, count);
    }

    private void WriteField(ChunkWriter chunk, int target, FieldColumn column, int first, int count)
    {
        // A meter's column may belong to a field that it no longer has.
        if (rows.Fields.FirstOrDefault(field => field.Code == column.Code) is not { } field
            || field.IsNumeric == (column.Kind == ColumnKind.Text))
            chunk.Presence(target).Clear();
        else if (column.Kind == ColumnKind.Text)
        {
            for (var row = 0; row < count; row++)
                chunk.Text(target, row, field.Texts[first + row]);
        }
        else if (column.Kind == ColumnKind.Narrow)
            WriteNumbers<long>(chunk, target, ColumnKind.Narrow, field.Numbers.Slice(first, count));
        else
            WriteNumbers<Int128>(chunk, target, column.Kind, field.Numbers.Slice(first, count));
    }

    private static void WriteNumbers<T>(
        ChunkWriter chunk, int column, ColumnKind tier, ReadOnlySpan<decimal> numbers)
        where T : unmanaged, IBinaryInteger<T>
    {
        var target = chunk.Values<T>(column);
        var isPresent = chunk.Presence(column);
        isPresent.Clear();
        for (var row = 0; row < numbers.Length; row++)
        {
            if (!ExactDecimal.TryUnscale(numbers[row], tier, out var unscaled))
                continue;
            target[row] = T.CreateChecked(unscaled);
            isPresent[row >> 6] |= 1UL << (row & 63);
        }
    }
}
