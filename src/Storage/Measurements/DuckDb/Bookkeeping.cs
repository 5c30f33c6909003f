using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Limits the size of the bookkeeping of loads: sums up their tallies, and deletes failures and positions of erased
/// measurements whose records the log no longer has; the tallies still count them. Each step is one transaction of
/// bounded size.
/// </summary>
internal sealed class Bookkeeping
{
    // Failures deleted in one step.
    private const int FailuresAtOnce = 200_000;

    private readonly DuckDBConnection _connection;
    private readonly Commits _commits;
    private readonly TallyRows _tallies;

    /// <summary>Counts the tallies.</summary>
    /// <param name="connection">A connection for this object only.</param>
    /// <param name="commits">Commits the transactions.</param>
    public Bookkeeping(DuckDBConnection connection, Commits commits)
    {
        (_connection, _commits) = (connection, commits);
        using var days = connection.Command("SELECT day, count(*) FROM tallies GROUP BY day");
        _tallies = new TallyRows(days.Read(row => (row.GetInt32(0), row.GetInt64(1))));
    }

    /// <summary>Records that a load has added tallies.</summary>
    public void Added(IReadOnlyList<MeterDay> tallies)
    {
        foreach (var (day, rows) in tallies.CountBy(tally => tally.Day))
            _tallies.Add(Nanoseconds.DayOf(day), rows);
    }

    /// <summary>Records that a removal has added tallies.</summary>
    public void Added(IReadOnlyList<(int Day, long Rows)> tallies)
    {
        foreach (var (day, rows) in tallies)
            _tallies.Add(day, rows);
    }

    /// <summary>Takes the next step.</summary>
    /// <param name="logStart">Position of the oldest byte that the log keeps.</param>
    /// <returns>False if there is nothing to do.</returns>
    public bool TakeStep(long logStart) =>
        TryForget("failures", logStart) || TryForget("erased", logStart) || TrySumUp();

    private bool TryForget(string table, long logStart)
    {
        if (Scalar($"SELECT min(sequence) FROM {table}") is not { } oldest || oldest >= logStart)
            return false;
        // Failures are stored in the order received: the first are the oldest.
        var last = Scalar(FormattableString.Invariant(
            $"""
            SELECT max(sequence) FROM (
                SELECT sequence FROM {table} WHERE sequence < {logStart} LIMIT {FailuresAtOnce})
            """));
        using var transaction = _connection.BeginTransaction();
        _connection.Execute($"DELETE FROM {table} WHERE sequence <= $1", last!.Value);
        _commits.Commit(transaction);
        return true;
    }

    private bool TrySumUp()
    {
        if (_tallies.FindDue() is not var (day, isKnown))
            return false;
        // Tallies from an earlier process may already be summed up, so count them before rewriting them.
        if (isKnown)
            SumUp(day);
        else
            Count(day);
        return true;
    }

    private void Count(int day)
    {
        using var keys = _connection.Command(
            "SELECT count(*) FROM (SELECT DISTINCT organization, meter, code FROM tallies WHERE day = $1)", day);
        _tallies.Settle(day, keys.Read(row => row.GetInt64(0))[0], 0);
    }

    // The transaction does not see rows that a load adds concurrently; they stay.
    private void SumUp(int day)
    {
        using var transaction = _connection.BeginTransaction();
        var last = Scalar(FormattableString.Invariant($"SELECT max(rowid) FROM tallies WHERE day = {day}"));
        var needed = _connection.Execute(
            """
            INSERT INTO tallies
            SELECT organization, meter, code, day, sum(accepted)::BIGINT, sum(stored)::BIGINT, sum(duplicate)::BIGINT,
                sum(failed)::BIGINT, sum(voided)::BIGINT, sum(erased)::BIGINT
            FROM tallies WHERE day = $1 GROUP BY organization, meter, code, day
            """,
            day);
        var summed = _connection.Execute("DELETE FROM tallies WHERE day = $1 AND rowid <= $2", day, last!.Value);
        _commits.Commit(transaction);
        _tallies.Settle(day, needed, summed - needed);
    }

    private long? Scalar(string sql)
    {
        using var command = _connection.Command(sql);
        var value = command.ExecuteScalar();
        return value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
    }
}
