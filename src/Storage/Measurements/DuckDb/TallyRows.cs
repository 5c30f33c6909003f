namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Tracks in memory how many tally rows each day has. A day is due for summing up once it has several times as many
/// rows as it needs. Only loads make a day due, so days without new rows cost nothing, and a day is rewritten only
/// after it has received several times as many rows as the rewrite produces.
/// </summary>
internal sealed class TallyRows
{
    /// <summary>A day with fewer rows is not worth a transaction.</summary>
    public const int FewRows = 1_000;

    // A day is due once it has this many times the rows that it needs.
    private const int Redundancy = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Day> _days = [];
    private readonly SortedSet<int> _due = [];

    /// <summary>Takes the counts of a file that was just opened.</summary>
    /// <param name="days">The days and their numbers of rows. How many they need is not known yet.</param>
    public TallyRows(IEnumerable<(int Day, long Rows)> days)
    {
        foreach (var (day, rows) in days)
            Set(day, new Day(rows, rows < FewRows ? 0 : null));
    }

    /// <summary>Records that rows were added to a day.</summary>
    public void Add(int day, long rows)
    {
        lock (_lock)
        {
            var known = _days.GetValueOrDefault(day, new Day(0, 0));
            Set(day, known with { Rows = known.Rows + rows });
        }
    }

    /// <summary>A day that is due, and whether the number of rows it needs is known; null if no day is due.</summary>
    public (int Day, bool IsKnown)? FindDue()
    {
        lock (_lock)
            return _due.Count == 0 ? null : (_due.Min, _days[_due.Min].Needed is not null);
    }

    /// <summary>Records how many rows a day needs, and how many were removed.</summary>
    public void Settle(int day, long needed, long removed)
    {
        lock (_lock)
            Set(day, new Day(_days[day].Rows - removed, needed));
    }

    private void Set(int day, Day known)
    {
        _days[day] = known;
        if (known.Rows >= Math.Max(FewRows, Redundancy * (known.Needed ?? 0)))
            _due.Add(day);
        else
            _due.Remove(day);
    }

    /// <param name="Rows">Number of rows.</param>
    /// <param name="Needed">Number of rows needed at the last count; null if they were never counted.</param>
    private readonly record struct Day(long Rows, long? Needed);
}
