using System.Globalization;
using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Moves measurements of closed days from the table into which they were loaded to the part of their month, sorted by
/// account and time, and sorts months anew that have grown by so much. Each step is one transaction of bounded size:
/// readers and the loader go on meanwhile, and a crash leaves the rows where they were.
/// </summary>
internal sealed class UsageSorter(DuckDBConnection connection, KeyMaps keys)
{
    /// <summary>Rows that are sorted at once, in memory.</summary>
    public const int StepRows = 1_000_000;

    /// <summary>Takes the next step.</summary>
    /// <param name="closedBefore">The first nanosecond of the first day that is not closed.</param>
    /// <param name="cancellationToken">Gives up; the step at hand leaves no trace.</param>
    /// <returns>False when there is nothing to do.</returns>
    public bool TakeStep(long closedBefore, CancellationToken cancellationToken)
    {
        foreach (var meter in keys.Meters.Values.Order())
        {
            if (TryMove(meter, closedBefore, cancellationToken))
                return true;
        }
        using var command = connection.Command("SELECT meter, month, number, columns, sorted, rows FROM parts");
        var parts = command.Read(row => new UsagePart(
            row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt64(4), row.GetInt64(5)));
        var part = parts.Find(part => part.IsToBeSorted(closedBefore));
        if (part is null)
            return false;
        SortMonth(part, cancellationToken);
        return true;
    }

    // Rows are taken in the order received, so that each is looked at once. In that order they stand in the table: to
    // sort them by it would take as much memory as all of them.
    private bool TryMove(int meter, long closedBefore, CancellationToken cancellationToken)
    {
        var table = KeyMaps.Table(meter);
        var bound = Scalar(FormattableString.Invariant(
            $"""
            SELECT max(sequence) FROM (
                SELECT sequence FROM {table} WHERE ts < {closedBefore} LIMIT {StepRows})
            """));
        if (bound is null)
            return false;
        var taken = FormattableString.Invariant($"ts < {closedBefore} AND sequence <= {bound}");
        using var range = connection.Command($"SELECT min(ts), max(ts) FROM {table} WHERE {taken}");
        var (first, last) = range.Read(row => (row.GetInt64(0), row.GetInt64(1)))[0];
        using var transaction = connection.BeginTransaction();
        for (var month = Months.Of(first); month <= Months.Of(last); month++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = FormattableString.Invariant(
                $"{taken} AND ts >= {Months.First(month)} AND ts < {Months.First(month + 1)}");
            AddRun(meter, month, table, rows);
        }
        connection.Execute($"DELETE FROM {table} WHERE {taken}");
        transaction.Commit();
        return true;
    }

    private void AddRun(int meter, int month, string table, string rows)
    {
        var count = Scalar($"SELECT count(*) FROM {table} WHERE {rows}");
        if (count is null or 0)
            return;
        var part = UsageParts.Read(connection, meter, Months.First(month), Months.First(month) + 1).SingleOrDefault()
            ?? Create(meter, month);
        part = Widen(part);
        var columns = string.Join(", ", UsageParts.Columns(part.Columns));
        connection.Execute(
            $"INSERT INTO {part.Table} SELECT {columns} FROM {table} WHERE {rows} ORDER BY account, ts, sequence");
        connection.Execute(
            "UPDATE parts SET sorted = if(rows = 0, $1, sorted), rows = rows + $1 WHERE number = $2", count.Value,
            part.Number);
    }

    // A month is written anew in slices of accounts, each small enough to be sorted in memory.
    private void SortMonth(UsagePart part, CancellationToken cancellationToken)
    {
        using var transaction = connection.BeginTransaction();
        var sorted = Create(part.Meter, part.Month);
        var columns = string.Join(", ", UsageParts.Columns(sorted.Columns));
        part = Widen(part);
        foreach (var (first, last) in Slices(part))
        {
            cancellationToken.ThrowIfCancellationRequested();
            connection.Execute(
                $"""
                INSERT INTO {sorted.Table} SELECT {columns} FROM {part.Table}
                WHERE account BETWEEN $1 AND $2 ORDER BY account, ts, sequence
                """,
                first, last);
        }
        connection.Execute("UPDATE parts SET sorted = $1, rows = $1 WHERE number = $2", part.Rows, sorted.Number);
        connection.Execute("DELETE FROM parts WHERE number = $1", part.Number);
        connection.Execute($"DROP TABLE {part.Table}");
        transaction.Commit();
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

    private UsagePart Create(int meter, int month)
    {
        var number = (int)Scalar("SELECT coalesce(max(number), 0) + 1 FROM parts")!.Value;
        var part = new UsagePart(meter, month, number, 0, 0, 0);
        connection.Execute($"CREATE TABLE {part.Table} ({DuckDbSchema.UsageColumns})");
        connection.Execute("INSERT INTO parts VALUES ($1, $2, $3, 0, 0, 0)", meter, month, number);
        return Widen(part);
    }

    // Gives a part the columns of fields that the meter's table has got since.
    private UsagePart Widen(UsagePart part)
    {
        var fields = keys.Columns.GetValueOrDefault(part.Meter, []);
        for (var number = part.Columns; number < fields.Length; number++)
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
}
