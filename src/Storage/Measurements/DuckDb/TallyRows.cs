namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// How many rows of tallies each day has, kept in memory. A day is due once it has several times as many rows as it
/// needs: only loads make a day due, so days that get nothing more cost nothing more, and a day is written anew only
/// after it has got some times as many rows as are written then.
/// </summary>
internal sealed class TallyRows
{
    /// <summary>With fewer rows a day is not worth a transaction.</summary>
    public const int FewRows = 1_000;

    // How many times as many rows as needed a day may have.
    private const int Redundancy = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Day> _days = [];
    private readonly SortedSet<int> _due = [];

    /// <summary>Takes over what a file holds that was just opened.</summary>
    /// <param name="days">The days and their rows. How many they need is not known yet.</param>
    public TallyRows(IEnumerable<(int Day, long Rows)> days)
    {
        foreach (var (day, rows) in days)
            Set(day, new Day(rows, rows < FewRows ? 0 : null));
    }

    /// <summary>A day has got rows.</summary>
    public void Add(int day, long rows)
    {
        lock (_lock)
        {
            var known = _days.GetValueOrDefault(day, new Day(0, 0));
            Set(day, known with { Rows = known.Rows + rows });
        }
    }

    /// <summary>
    /// A day that is due, and whether it is known how many rows it needs; null while there is none.
    /// </summary>
    public (int Day, bool IsKnown)? FindDue()
    {
        lock (_lock)
            return _due.Count == 0 ? null : (_due.Min, _days[_due.Min].Needed is not null);
    }

    /// <summary>It is known now how many rows a day needs, and some that it did not need may be gone.</summary>
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

    /// <param name="Rows">How many there are.</param>
    /// <param name="Needed">How many were needed when they were last counted; null where they never were.</param>
    private readonly record struct Day(long Rows, long? Needed);
}
