using System.Globalization;
using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Keeps small what loads leave besides measurements: their tallies are summed up, and failures are forgotten once the
/// log no longer has what was sent; the tallies go on counting them. Each step is one transaction of bounded size.
/// </summary>
/// <param name="connection">A connection of its own.</param>
/// <param name="commits">Commits.</param>
internal sealed class Bookkeeping(DuckDBConnection connection, Commits commits)
{
    // The fewer rows of tallies have come, the less there is to gain from looking for some to sum up.
    private const long FewTallies = 10_000;

    // Failures that are forgotten at once.
    private const int FailuresAtOnce = 200_000;

    // How many times as many rows as needed a day may have.
    private const int Redundancy = 4;

    private long _added = FewTallies;

    /// <summary>A load has added rows of tallies.</summary>
    public void Added(int tallies) => Interlocked.Add(ref _added, tallies);

    /// <summary>Takes the next step.</summary>
    /// <param name="logStart">Position of the oldest byte that the log keeps.</param>
    /// <returns>False when there is nothing to do.</returns>
    public bool TakeStep(long logStart) => TryForget(logStart) || TrySumUp();

    private bool TryForget(long logStart)
    {
        if (Scalar("SELECT min(sequence) FROM failures") is not { } oldest || oldest >= logStart)
            return false;
        // They stand in the order received: the first rows are the oldest.
        var last = Scalar(FormattableString.Invariant(
            $"""
            SELECT max(sequence) FROM (
                SELECT sequence FROM failures WHERE sequence < {logStart} LIMIT {FailuresAtOnce})
            """));
        using var transaction = connection.BeginTransaction();
        connection.Execute("DELETE FROM failures WHERE sequence <= $1", last!.Value);
        commits.Commit(transaction);
        return true;
    }

    private bool TrySumUp()
    {
        if (Interlocked.Read(ref _added) < FewTallies)
            return false;
        var day = Scalar(FormattableString.Invariant(
            $"""
            SELECT day FROM (
                SELECT day, count(*) AS rows FROM tallies GROUP BY day, organization, meter, code)
            GROUP BY day HAVING sum(rows) >= {Redundancy} * count(*) AND sum(rows) >= {FewTallies / 10}
            ORDER BY sum(rows) - count(*) DESC LIMIT 1
            """));
        if (day is null)
        {
            Interlocked.Exchange(ref _added, 0);
            return false;
        }
        SumUp(day.Value);
        return true;
    }

    // Rows that a load adds meanwhile are not seen by the transaction, and stay.
    private void SumUp(long day)
    {
        using var transaction = connection.BeginTransaction();
        var last = Scalar(FormattableString.Invariant($"SELECT max(rowid) FROM tallies WHERE day = {day}"));
        connection.Execute(
            """
            INSERT INTO tallies
            SELECT organization, meter, code, day, sum(accepted)::BIGINT, sum(stored)::BIGINT, sum(duplicate)::BIGINT,
                sum(failed)::BIGINT
            FROM tallies WHERE day = $1 GROUP BY organization, meter, code, day
            """,
            day);
        connection.Execute("DELETE FROM tallies WHERE day = $1 AND rowid <= $2", day, last!.Value);
        commits.Commit(transaction);
    }

    private long? Scalar(string sql)
    {
        using var command = connection.Command(sql);
        var value = command.ExecuteScalar();
        return value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
    }
}
