using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// A table that holds the measurements of one meter in one month of <c>ts</c>, as runs that are each sorted by account
/// and time.
/// </summary>
/// <param name="Meter">Key of the meter.</param>
/// <param name="Month">The month: year times 12, plus the month counted from 0.</param>
/// <param name="Number">Number of the table, unique in the store.</param>
/// <param name="Columns">Number of the meter's field columns that the table has, counted from the first.</param>
/// <param name="Sorted">Number of rows in the first run.</param>
/// <param name="Rows">Number of rows in the table.</param>
internal sealed record UsagePart(int Meter, int Month, int Number, int Columns, long Sorted, long Rows)
{
    // A month is sorted again when at least 1/8 of its rows follow the first run, so each new row causes at most 8 rows
    // to be rewritten. Once the month is closed, and mostly read, the limit is 1/32. The fewer rows follow the first
    // run, the fewer rows of other accounts a read scans.
    private const int RewriteFactor = 8;
    private const int ClosedRewriteFactor = 32;

    public string Table => FormattableString.Invariant($"part_{Number}");

    /// <summary>The first nanosecond of its month.</summary>
    public long First => Months.First(Month);

    /// <summary>The first nanosecond after it.</summary>
    public long End => Months.First(Month + 1);

    /// <summary>Whether enough rows follow the first run to sort all rows into a single run.</summary>
    /// <param name="closedBefore">The first nanosecond of the first day that is not closed.</param>
    public bool NeedsSorting(long closedBefore)
    {
        var added = Rows - Sorted;
        return added > 0
            && (added * RewriteFactor >= Rows
                || (End <= closedBefore && added >= Math.Max(UsageSorter.StepRows, Rows / ClosedRewriteFactor)));
    }
}

/// <summary>
/// Where the rows of a meter are stored: in the table that loads write to, and in sorted parts, one for each month. The
/// results are valid only within the transaction in which they are read.
/// </summary>
internal static class UsageParts
{
    /// <summary>The columns of a meter's tables, including those of its fields, in order.</summary>
    public static IEnumerable<string> Columns(FieldColumn[] fields) =>
        DuckDbSchema.UsageColumnNames.Concat(OverflowColumn.Present(fields).Select(KeyMaps.ColumnName));

    /// <summary>The parts of a meter that may have rows of a period, ordered by month.</summary>
    public static List<UsagePart> Read(DuckDBConnection connection, int meter, long first, long end)
    {
        using var command = connection.Command(
            "SELECT month, number, columns, sorted, rows FROM parts WHERE meter = $1 ORDER BY month", meter);
        var parts = command.Read(row => new UsagePart(
            meter, row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4)));
        parts.RemoveAll(part => part.First >= end || part.End <= first);
        return parts;
    }

    /// <summary>The parts of all meters.</summary>
    public static List<UsagePart> ReadAll(DuckDBConnection connection)
    {
        using var command = connection.Command("SELECT meter, month, number, columns, sorted, rows FROM parts");
        return command.Read(row => new UsagePart(
            row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt64(4), row.GetInt64(5)));
    }

    /// <summary>SQL of a relation with a meter's rows of a period.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="source">Where the meter's rows are stored, as known before the transaction began.</param>
    /// <param name="first">The first nanosecond of the period.</param>
    /// <param name="end">The first nanosecond after it.</param>
    public static string Relation(
        DuckDBConnection connection, UsageSource source, long first = long.MinValue, long end = long.MaxValue)
    {
        List<string> relations = [];
        var (own, parts) = ReadTables(connection, source.Meter);
        if (own is { } columns)
        {
            relations.Add(source.Select(KeyMaps.Table(source.Meter), columns)
                + Within("WHERE", first, end, long.MinValue, long.MaxValue));
        }
        if (source.SelectShared() is { } shared)
            relations.Add(shared + Within("AND", first, end, long.MinValue, long.MaxValue));
        parts.RemoveAll(part => part.First >= end || part.End <= first);
        relations.AddRange(parts.Select(part =>
            source.Select(part.Table, part.Columns) + Within("WHERE", first, end, part.First, part.End)));
        if (relations.Count == 0)
            relations.Add(source.Select(SharedTable.Name, 0) + " WHERE false");
        return $"({string.Join(" UNION ALL ", relations)})";
    }

    // Uses a single statement, because each one costs as much as summing the measurements of one account.
    private static (int? Own, List<UsagePart> Parts) ReadTables(DuckDBConnection connection, int meter)
    {
        using var command = connection.Command(
            """
            SELECT month, number, columns, sorted, rows FROM parts WHERE meter = $1
            UNION ALL SELECT -1, -1, columns, 0, 0 FROM own_tables WHERE meter = $1
            """,
            meter);
        var tables = command.Read(row => new UsagePart(
            meter, row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4)));
        var own = tables.Find(table => table.Number < 0);
        tables.RemoveAll(table => table.Number < 0);
        tables.Sort((one, other) => one.Month.CompareTo(other.Month));
        return (own?.Columns, tables);
    }

    /// <summary>Number of field columns in the meter's own table; null if there is none.</summary>
    public static int? OwnColumns(DuckDBConnection connection, int meter)
    {
        using var command = connection.Command("SELECT columns FROM own_tables WHERE meter = $1", meter);
        return command.ExecuteScalar() as int?;
    }

    /// <summary>SQL conditions for a period, for rows of a known range.</summary>
    /// <param name="first">The first nanosecond of the period.</param>
    /// <param name="end">The first nanosecond after it.</param>
    /// <param name="from">The first nanosecond of the range of the rows.</param>
    /// <param name="to">The first nanosecond after that range.</param>
    public static IEnumerable<string> Bounds(long first, long end, long from, long to)
    {
        // Add a bound only if rows may lie beyond it: comparing every timestamp takes longer than summing the values.
        if (first > from)
            yield return FormattableString.Invariant($"ts >= {first}");
        if (end < to)
            yield return FormattableString.Invariant($"ts < {end}");
    }

    private static string Within(string word, long first, long end, long from, long to)
    {
        var bounds = string.Join(" AND ", Bounds(first, end, from, to));
        return bounds.Length == 0 ? "" : $" {word} {bounds}";
    }
}
