using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>Instants as 64-bit nanoseconds since 1970, which reach until April 2262.</summary>
public static class Nanoseconds
{
    private static readonly Instant Earliest = ToInstant(long.MinValue);
    private static readonly Instant Latest = ToInstant(long.MaxValue);

    /// <summary>The nanoseconds of an instant.</summary>
    /// <exception cref="OverflowException">The instant is out of range. The parser refuses such instants.</exception>
    public static long Of(Instant instant) => (instant - NodaConstants.UnixEpoch).ToInt64Nanoseconds();

    /// <summary>The bound of a window, clamped to the range.</summary>
    public static long OfBound(Instant instant) => Of(Instant.Max(Earliest, Instant.Min(Latest, instant)));

    /// <summary>The instant of a number of nanoseconds.</summary>
    public static Instant ToInstant(long nanoseconds) =>
        NodaConstants.UnixEpoch + Duration.FromNanoseconds(nanoseconds);

    /// <summary>The day in UTC, counted from 1 January 1970.</summary>
    public static int DayOf(long nanoseconds) =>
        (int)Math.Floor((decimal)nanoseconds / NodaConstants.NanosecondsPerDay);

    /// <summary>The date of a day.</summary>
    public static LocalDate ToDate(int day) => new LocalDate(1970, 1, 1).PlusDays(day);

    /// <summary>The day of a date, counted from 1 January 1970.</summary>
    public static int DayOf(LocalDate date) => Period.DaysBetween(new LocalDate(1970, 1, 1), date);
}
