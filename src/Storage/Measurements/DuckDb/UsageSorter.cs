using System.Globalization;
using DuckDB.NET.Data;
using NodaTime;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Moves measurements of closed days from the table that they were loaded into to the part of their month, sorted by
/// account and time, and sorts months again that have grown enough. Each step is one transaction of bounded size: reads
/// and loads continue meanwhile, and a crash leaves the rows where they were.
/// </summary>
/// <param name="connection">A connection for this object only.</param>
/// <param name="keys">The committed keys.</param>
/// <param name="commits">Commits the transactions.</param>
/// <param name="smallMeterRows">Number of rows of a meter that stay in the shared table.</param>
/// <param name="release">Returns memory that a part of a step has freed to the system.</param>
internal sealed class UsageSorter(
    DuckDBConnection connection, KeyMaps keys, Commits commits, int smallMeterRows, Action release)
{
    /// <summary>Maximum rows sorted at once, in memory.</summary>
    public const int StepRows = 250_000;

    /// <summary>Takes the next step.</summary>
    /// <param name="closedBefore">The first nanosecond of the first day that is not closed.</param>
    /// <param name="cancellationToken">Cancels the current step, which then leaves no trace.</param>
    /// <returns>False if there is nothing to do.</returns>
    public bool TakeStep(long closedBefore, CancellationToken cancellationToken)
    {
        foreach (var meter in keys.Own.Keys.Order())
        {
            if (TryMove(meter, Own(meter), closedBefore, cancellationToken))
                return true;
        }
        if (FindGrown(closedBefore) is { } grown && TryMove(grown, Shared(grown), closedBefore, cancellationToken))
            return true;
        var part = UsageParts.ReadAll(connection).Find(part => part.NeedsSorting(closedBefore));
        if (part is null)
            return false;
        SortMonth(part, cancellationToken);
        return true;
    }

    private Loaded Own(int meter)
    {
        var source = keys.SourceOf(meter);
        var table = KeyMaps.Table(meter);
        var select = source.Select(table, UsageParts.OwnColumns(connection, meter) ?? 0);
        return new Loaded(table, "true", select, "", source.Fields);
    }

    // The shared table stores the rows of a load meter by meter, so they must first be ordered by receipt.
    private Loaded Shared(int meter)
    {
        var source = keys.SourceOf(meter);
        return new Loaded(
            SharedTable.Name, FormattableString.Invariant($"meter = {meter}"), source.SelectShared()!,
            "ORDER BY sequence", source.Fields);
    }

    // The meter with the most closed rows in the shared table, if they have reached the limit.
    private int? FindGrown(long closedBefore)
    {
        var meters = keys.SharedRows.Where(meter => meter.Value >= smallMeterRows && meter.Value > 0)
            .Select(meter => meter.Key).ToArray();
        if (meters.Length == 0)
            return null;
        return (int?)Scalar(FormattableString.Invariant(
            $"""
            SELECT meter FROM {SharedTable.Name} WHERE meter IN ({string.Join(", ", meters)}) AND ts < {closedBefore}
            GROUP BY meter HAVING count(*) >= {smallMeterRows} ORDER BY count(*) DESC LIMIT 1
            """));
    }

    // Takes rows in the order received, so that each is scanned once. The meter's own table already has that order;
    // sorting all rows by it would take memory for all of them.
    private bool TryMove(int meter, Loaded loaded, long closedBefore, CancellationToken cancellationToken)
    {
        var closed = FormattableString.Invariant($"{loaded.Condition} AND ts < {closedBefore}");
        var bound = Scalar(FormattableString.Invariant(
            $"""
            SELECT max(sequence) FROM (
                SELECT sequence FROM {loaded.Table} WHERE {closed} {loaded.Order} LIMIT {StepRows})
            """));
        if (bound is null)
            return false;
        release();
        var taken = FormattableString.Invariant($"ts < {closedBefore} AND sequence <= {bound}");
        var months = MonthsOf($"FROM {loaded.Table} WHERE {loaded.Condition} AND {taken}");
        using var transaction = connection.BeginTransaction();
        foreach (var month in months)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = FormattableString.Invariant(
                $"{taken} AND ts >= {Months.First(month)} AND ts < {Months.First(month + 1)}");
            AddRun(meter, month, loaded, rows);
        }
        var moved = connection.Execute($"DELETE FROM {loaded.Table} WHERE {loaded.Condition} AND {taken}");
        commits.Commit(transaction);
        if (loaded.Table == SharedTable.Name)
            keys.SharedRows.AddOrUpdate(meter, 0, (_, before) => before - moved);
        release();
        return true;
    }

    // Lists only months with rows: a single row of 1970 must not cause a query for each month since.
    private List<int> MonthsOf(string rows)
    {
        using var command = connection.Command(
            $"SELECT DISTINCT (ts // {NodaConstants.NanosecondsPerDay})::INTEGER {rows}");
        return [.. command.Read(row => row.GetInt32(0)).Select(Months.OfDay).Distinct().Order()];
    }

    private void AddRun(int meter, int month, Loaded loaded, string rows)
    {
        var source = $"({loaded.Select})";
        var count = Scalar($"SELECT count(*) FROM {source} WHERE {rows}");
        if (count is null or 0)
            return;
        var part = UsageParts.Read(connection, meter, Months.First(month), Months.First(month) + 1).SingleOrDefault()
            ?? Create(meter, month, loaded.Fields);
        part = Widen(part, loaded.Fields);
        var columns = string.Join(", ", UsageParts.Columns(loaded.Fields));
        connection.Execute(
            $"INSERT INTO {part.Table} SELECT {columns} FROM {source} WHERE {rows} ORDER BY account, ts, sequence");
        connection.Execute(
            "UPDATE parts SET sorted = if(rows = 0, $1, sorted), rows = rows + $1 WHERE number = $2", count.Value,
            part.Number);
    }

    // Rewrites a month in slices of accounts, each small enough to be sorted in memory.
    private void SortMonth(UsagePart part, CancellationToken cancellationToken)
    {
        using var transaction = connection.BeginTransaction();
        var fields = keys.Columns.GetValueOrDefault(part.Meter, []);
        var sorted = Create(part.Meter, part.Month, fields);
        var columns = string.Join(", ", UsageParts.Columns(fields));
        part = Widen(part, fields);
        foreach (var (first, last) in Slices(part))
        {
            cancellationToken.ThrowIfCancellationRequested();
            connection.Execute(
                $"""
                INSERT INTO {sorted.Table} SELECT {columns} FROM {part.Table}
                WHERE account BETWEEN $1 AND $2 ORDER BY account, ts, sequence
                """,
                first, last);
            release();
        }
        connection.Execute("UPDATE parts SET sorted = $1, rows = $1 WHERE number = $2", part.Rows, sorted.Number);
        connection.Execute("DELETE FROM parts WHERE number = $1", part.Number);
        connection.Execute($"DROP TABLE {part.Table}");
        commits.Commit(transaction);
    }

    private List<(int First, int Last)> Slices(UsagePart part)
    {
        using var command = connection.Command(
            $"SELECT account, count(*) FROM {part.Table} GROUP BY account ORDER BY account");
        var slices = new List<(int First, int Last)>();
        var rows = 0L;
        foreach (var (account, count) in command.Read(row => (row.GetInt32(0), row.GetInt64(1))))
        {
            if (slices.Count == 0 || rows + count > StepRows)
            {
                slices.Add((account, account));
                rows = 0;
            }
            slices[^1] = (slices[^1].First, account);
            rows += count;
        }
        return slices;
    }

    private UsagePart Create(int meter, int month, FieldColumn[] fields)
    {
        var number = (int)Scalar("SELECT coalesce(max(number), 0) + 1 FROM parts")!.Value;
        var part = new UsagePart(meter, month, number, 0, 0, 0);
        connection.Execute($"CREATE TABLE {part.Table} ({DuckDbSchema.UsageColumns})");
        connection.Execute("INSERT INTO parts VALUES ($1, $2, $3, 0, 0, 0)", meter, month, number);
        return Widen(part, fields);
    }

    // Adds the columns of fields that the meter has received since.
    private UsagePart Widen(UsagePart part, FieldColumn[] fields)
    {
        foreach (var number in OverflowColumn.Present(fields).SkipWhile(number => number < part.Columns))
        {
            connection.Execute(
                $"ALTER TABLE {part.Table} ADD COLUMN {KeyMaps.ColumnName(number)} {fields[number].Kind.SqlType()}");
        }
        if (fields.Length > part.Columns)
        {
            connection.Execute("UPDATE parts SET columns = $1 WHERE number = $2", fields.Length, part.Number);
            part = part with { Columns = fields.Length };
        }
        return part;
    }

    private long? Scalar(string sql)
    {
        using var command = connection.Command(sql);
        var value = command.ExecuteScalar();
        return value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
    }

    /// <summary>The rows of a meter in the table that they were loaded into.</summary>
    /// <param name="Table">Name of the table.</param>
    /// <param name="Condition">SQL of a condition that selects only these rows.</param>
    /// <param name="Select">SQL that reads the rows with all of the meter's columns.</param>
    /// <param name="Order">SQL that orders the rows by receipt; empty if they already are.</param>
    /// <param name="Fields">The meter's columns; a load may add more meanwhile.</param>
    private sealed record Loaded(
        string Table, string Condition, string Select, string Order, FieldColumn[] Fields);
}
