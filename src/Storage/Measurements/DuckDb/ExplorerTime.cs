using NodaTime;
using NodaTime.TimeZones;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Time buckets in a time zone. The SQL uses the offsets of the zone within the window, so that days with a clock
/// change have 23 or 25 hours, and a repeated hour is two buckets.
/// </summary>
internal sealed class ExplorerTime
{
    private const long NoFloor = long.MinValue + 1;

    // From this instant on, local times are after the start of 1970 in every zone.
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

    /// <summary>SQL of the number of the bucket that contains <c>m.ts</c>.</summary>
    public string Bucket { get; }

    /// <summary>Start of the bucket with a number.</summary>
    public Instant Start(long bucket) => _frequency switch
    {
        DataExplorerUsageDataFrequency.Hour => Instant.FromUnixTimeSeconds(bucket),
        DataExplorerUsageDataFrequency.Month or DataExplorerUsageDataFrequency.Quarter =>
            LocalDay.Start(new LocalDate((int)(bucket / 12), (int)(bucket % 12) + 1, 1), _zone),
        _ => LocalDay.Start(Nanoseconds.ToDate((int)bucket), _zone),
    };

    // Rounds down; the engine's // truncates toward zero.
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

    // Clamps a bucket to the floor of its interval, so that a clock change neither starts a bucket twice nor before the
    // change.
    private static string NotBefore(
        string bucket, IReadOnlyList<ZoneInterval> intervals, Func<ZoneInterval, long> floor) =>
        intervals.Any(interval => floor(interval) != NoFloor)
            ? $"greatest({bucket}, {Choose(intervals, floor)})"
            : bucket;

    // A clock change within an hour starts a new bucket.
    private static long HourFloor(ZoneInterval interval) =>
        !interval.HasStart || interval.IsoLocalStart is { Minute: 0, Second: 0 }
            ? NoFloor
            : interval.Start.ToUnixTimeSeconds();

    // If the clocks go back over midnight, the new day began before the change and continues.
    private long DayFloor(ZoneInterval interval)
    {
        if (!interval.HasStart)
            return NoFloor;
        var before = (interval.Start - Duration.Epsilon).InZone(_zone).Date;
        return before > interval.IsoLocalStart.Date ? Nanoseconds.DayOf(before) : NoFloor;
    }
}
