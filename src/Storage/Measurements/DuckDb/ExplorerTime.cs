using NodaTime;
using NodaTime.TimeZones;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Buckets of time in a time zone: the engine computes with the offsets that the zone has within the window, so that
/// days around a change of the clocks have 23 or 25 hours, and an hour that is passed twice is two buckets.
/// </summary>
internal sealed class ExplorerTime
{
    private const long NoFloor = long.MinValue + 1;

    // From here on, local times are after the beginning of 1970 everywhere.
    private static readonly Instant Late = NodaConstants.UnixEpoch + Duration.FromDays(1);

    private readonly bool _isLate;
    private readonly DataExplorerUsageDataFrequency _frequency;
    private readonly DateTimeZone _zone;

    public ExplorerTime(DataExplorerUsageDataFrequency frequency, DateTimeZone zone, Window window)
    {
        (_frequency, _zone) = (frequency, zone);
        var start = Nanoseconds.ToInstant(Nanoseconds.OfBound(window.Start));
        var end = Nanoseconds.ToInstant(Nanoseconds.OfBound(window.End));
        var intervals = start < end ? zone.GetZoneIntervals(start, end).ToList() : [zone.GetZoneInterval(start)];
        _isLate = start >= Late;
        var offset = Choose(intervals, interval => interval.WallOffset.Seconds);
        var local = $"({Quotient("m.ts", NodaConstants.NanosecondsPerSecond)} + {offset})";
        if (frequency == DataExplorerUsageDataFrequency.Hour)
        {
            Bucket = NotBefore($"({Quotient(local, 3600)} * 3600 - {offset})", intervals, HourFloor);
            return;
        }
        var day = NotBefore(Quotient(local, 86400), intervals, DayFloor);
        var date = $"(DATE '1970-01-01' + {day}::INTEGER)";
        Bucket = frequency switch
        {
            DataExplorerUsageDataFrequency.Week => $"({Quotient($"({day} + 3)", 7)} * 7 - 3)", // day 0 was a Thursday
            DataExplorerUsageDataFrequency.Month => $"(year({date}) * 12 + month({date}) - 1)",
            DataExplorerUsageDataFrequency.Quarter => $"(year({date}) * 12 + (quarter({date}) - 1) * 3)",
            _ => day,
        };
        Bucket = $"({Bucket})::BIGINT";
    }

    /// <summary>SQL of the number of the bucket in which <c>m.ts</c> lies.</summary>
    public string Bucket { get; }

    /// <summary>When the bucket with a number begins.</summary>
    public Instant Start(long bucket) => _frequency switch
    {
        DataExplorerUsageDataFrequency.Hour => Instant.FromUnixTimeSeconds(bucket),
        DataExplorerUsageDataFrequency.Month or DataExplorerUsageDataFrequency.Quarter =>
            LocalDay.Start(new LocalDate((int)(bucket / 12), (int)(bucket % 12) + 1, 1), _zone),
        _ => LocalDay.Start(Nanoseconds.ToDate((int)bucket), _zone),
    };

    // Rounded down.
    private string Quotient(string number, long divisor)
    {
        var quotient = FormattableString.Invariant($"({number} // {divisor})");
        return _isLate
            ? quotient
            : FormattableString.Invariant($"({quotient} - CASE WHEN {number} % {divisor} < 0 THEN 1 ELSE 0 END)");
    }

    private static string Choose(IReadOnlyList<ZoneInterval> intervals, Func<ZoneInterval, long> value)
    {
        var cases = intervals.SkipLast(1).Select(interval => FormattableString.Invariant(
            $"WHEN m.ts < {Nanoseconds.Of(interval.End)} THEN {value(interval)}"));
        return intervals.Count == 1
            ? FormattableString.Invariant($"({value(intervals[0])})")
            : FormattableString.Invariant($"CASE {string.Join(' ', cases)} ELSE {value(intervals[^1])} END");
    }

    // A bucket that has begun before the clocks were changed does not begin again, or before the change.
    private static string NotBefore(
        string bucket, IReadOnlyList<ZoneInterval> intervals, Func<ZoneInterval, long> floor) =>
        intervals.Any(interval => floor(interval) != NoFloor)
            ? $"greatest({bucket}, {Choose(intervals, floor)})"
            : bucket;

    // An hour that a change of the clocks cuts in two begins anew with the change.
    private static long HourFloor(ZoneInterval interval) =>
        !interval.HasStart || interval.IsoLocalStart is { Minute: 0, Second: 0 }
            ? NoFloor
            : interval.Start.ToUnixTimeSeconds();

    // Where the clocks go back over midnight, the new day has begun before and goes on.
    private long DayFloor(ZoneInterval interval)
    {
        if (!interval.HasStart)
            return NoFloor;
        var before = (interval.Start - Duration.Epsilon).InZone(_zone).Date;
        return before > interval.IsoLocalStart.Date ? Nanoseconds.DayOf(before) : NoFloor;
    }
}
