using System.Numerics;
using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Appends the rows of one meter to its table.</summary>
internal sealed class UsageRowsWriter(MeterRows rows, int[] accounts, FieldColumn[] columns)
{
    private const int Uuid = 0;
    private const int Uid = 1;
    private const int Account = 2;
    private const int Ts = 3;
    private const int Ets = 4;
    private const int ReceivedAt = 5;
    private const int Sequence = 6;
    private const int FirstField = 7;

    /// <summary>The columns that the values of a load need.</summary>
    public static IEnumerable<FieldColumn> ColumnsOf(MeterRows rows)
    {
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

    /// <summary>True when the values of a load need columns that the meter's table does not have.</summary>
    public static bool NeedsColumns(MeterRows rows, KeyMaps keys) =>
        !keys.Organizations.TryGetValue(rows.OrganizationId, out var organization)
        || !keys.Meters.TryGetValue((organization, rows.MeterId), out var meter)
        || ColumnsOf(rows).Except(keys.Columns.GetValueOrDefault(meter, [])).Any();

    /// <summary>Appends all rows, in the order received.</summary>
    /// <exception cref="ArgumentException">A field has not as many values as there are rows.</exception>
    public void Write(DuckDBConnection connection, string table)
    {
        foreach (var field in rows.Fields)
        {
            if ((field.IsNumeric ? field.Numbers.Count : field.Texts.Count) != rows.Count)
                throw new ArgumentException($"The field '{field.Code}' has not a value for each row.");
        }
        ColumnType[] types =
        [
            ColumnType.Uuid, ColumnType.Text, ColumnType.Int32, ColumnType.Int64, ColumnType.Int64, ColumnType.Int64,
            ColumnType.Int64, .. columns.Select(column => column.Kind.Type()),
        ];
        using var appender = new ChunkAppender(connection, table, types);
        for (var first = 0; first < rows.Count; first += ChunkAppender.ChunkRows)
        {
            var count = Math.Min(ChunkAppender.ChunkRows, rows.Count - first);
            appender.Begin();
            WriteUids(appender, first, count);
            WriteAccounts(appender.Values<int>(Account), first, count);
            rows.Ts.Slice(first, count).CopyTo(appender.Values<long>(Ts));
            WriteEts(appender, first, count);
            rows.ReceivedAt.Slice(first, count).CopyTo(appender.Values<long>(ReceivedAt));
            rows.Positions.Slice(first, count).CopyTo(appender.Values<long>(Sequence));
            for (var number = 0; number < columns.Length; number++)
                WriteField(appender, FirstField + number, columns[number], first, count);
            appender.Append(count);
        }
        appender.Close();
    }

    private void WriteUids(ChunkAppender appender, int first, int count)
    {
        var uuids = appender.Values<UInt128>(Uuid);
        var isUuid = appender.Presence(Uuid);
        var isText = appender.Presence(Uid);
        isUuid.Clear();
        isText.Clear();
        for (var row = 0; row < count; row++)
        {
            var uid = rows.Uids[first + row];
            if (UuidText.TryParse(uid, out uuids[row]))
                isUuid[row >> 6] |= 1UL << (row & 63);
            else
            {
                isText[row >> 6] |= 1UL << (row & 63);
                appender.Text(Uid, row, uid);
            }
        }
    }

    private void WriteAccounts(Span<int> target, int first, int count)
    {
        var indices = rows.Accounts.Slice(first, count);
        for (var row = 0; row < count; row++)
            target[row] = accounts[indices[row]];
    }

    private void WriteEts(ChunkAppender appender, int first, int count)
    {
        var source = rows.Ets.Slice(first, count);
        var target = appender.Values<long>(Ets);
        var isPresent = appender.Presence(Ets);
        isPresent.Clear();
        for (var row = 0; row < count; row++)
        {
            target[row] = source[row];
            if (source[row] != MeterRows.NoEts)
                isPresent[row >> 6] |= 1UL << (row & 63);
        }
    }

    private void WriteField(ChunkAppender appender, int target, FieldColumn column, int first, int count)
    {
        // A meter's column may belong to a field that it no longer has.
        if (rows.Fields.FirstOrDefault(field => field.Code == column.Code) is not { } field
            || field.IsNumeric == (column.Kind == ColumnKind.Text))
            appender.Presence(target).Clear();
        else if (column.Kind == ColumnKind.Text)
        {
            for (var row = 0; row < count; row++)
                appender.Text(target, row, field.Texts[first + row]);
        }
        else if (column.Kind == ColumnKind.Narrow)
            WriteNumbers<long>(appender, target, ColumnKind.Narrow, field.Numbers.Slice(first, count));
        else
            WriteNumbers<Int128>(appender, target, column.Kind, field.Numbers.Slice(first, count));
    }

    private static void WriteNumbers<T>(
        ChunkAppender appender, int column, ColumnKind tier, ReadOnlySpan<decimal> numbers)
        where T : unmanaged, IBinaryInteger<T>
    {
        var target = appender.Values<T>(column);
        var isPresent = appender.Presence(column);
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
