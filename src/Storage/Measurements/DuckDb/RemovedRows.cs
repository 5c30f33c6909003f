using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The rows that a transaction removes, by meter and day of receipt: the tallies count them as voided or erased from
/// then on.
/// </summary>
/// <param name="connection">The connection, in a transaction.</param>
/// <param name="organization">Key of the organization.</param>
internal sealed class RemovedRows(DuckDBConnection connection, int organization)
{
    private readonly Dictionary<(int Meter, int Day), LoadTally> _changes = [];

    /// <summary>The total number of rows.</summary>
    public long Count { get; private set; }

    /// <summary>Days that got new tally rows, with their number.</summary>
    public List<(int Day, long Rows)> Written { get; } = [];

    /// <summary>Counts rows that are about to be removed.</summary>
    /// <param name="meter">SQL of the key of their meter.</param>
    /// <param name="rows">SQL of the rows, starting with the name of the table.</param>
    /// <param name="change">What each row changes in the tally.</param>
    public void Add(string meter, string rows, LoadTally change)
    {
        using var command = connection.Command(FormattableString.Invariant(
            $"""
            SELECT {meter} AS meter, (received_at // {NodaConstants.NanosecondsPerDay})::INTEGER AS day, count(*)
            FROM {rows} GROUP BY meter, day
            """));
        foreach (var (key, count) in command.Read(row => ((row.GetInt32(0), row.GetInt32(1)), row.GetInt64(2))))
        {
            var times = new LoadTally(
                0, change.Stored * count, 0, 0, change.Voided * count, change.Erased * count);
            _changes[key] = _changes.GetValueOrDefault(key) + times;
            Count += count;
        }
    }

    /// <summary>Writes the changes of the tallies.</summary>
    public void WriteTallies()
    {
        foreach (var ((meter, day), change) in _changes)
        {
            foreach (var (code, share) in Shares(meter, day, change))
            {
                connection.Execute(
                    "INSERT INTO tallies VALUES ($1, $2, $3, $4, 0, $5, 0, 0, $6, $7)", organization, meter, code, day,
                    share.Stored, share.Voided, share.Erased);
                Written.Add((day, 1));
            }
        }
    }

    // A meter whose code was changed has several codes on that day, and a row does not tell with which it was sent. The
    // rows are taken from one code after the other, so that no count becomes negative.
    private IEnumerable<(string Code, LoadTally Share)> Shares(int meter, int day, LoadTally change)
    {
        using var command = connection.Command(
            """
            SELECT code, sum(stored)::BIGINT, sum(voided)::BIGINT FROM tallies
            WHERE organization = $1 AND meter = $2 AND day = $3 GROUP BY code ORDER BY code
            """,
            organization, meter, day);
        var codes = command.Read(row => (Code: row.GetString(0), Stored: row.GetInt64(1), Voided: row.GetInt64(2)));
        var (stored, voided) = (-change.Stored, Math.Max(0, -change.Voided));
        var fromStoredToVoided = change.Voided > 0;
        foreach (var (index, code) in codes.Index())
        {
            // If the tallies are wrong, the conservation check reports it; the last code takes the rest.
            var isLast = index == codes.Count - 1;
            var fromStored = isLast ? stored : Math.Min(stored, Math.Max(0, code.Stored));
            var fromVoided = isLast ? voided : Math.Min(voided, Math.Max(0, code.Voided));
            (stored, voided) = (stored - fromStored, voided - fromVoided);
            if (fromStored + fromVoided > 0)
            {
                yield return (code.Code, fromStoredToVoided
                    ? new LoadTally(0, -fromStored, 0, 0, fromStored)
                    : new LoadTally(0, -fromStored, 0, 0, -fromVoided, fromStored + fromVoided));
            }
        }
    }
}
