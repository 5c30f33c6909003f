using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Months in UTC, as whole numbers.</summary>
internal static class Months
{
    private const int Length = 12;

    /// <summary>The month of an instant in nanoseconds since 1970.</summary>
    public static int Of(long nanoseconds) => OfDay(Nanoseconds.DayOf(nanoseconds));

    /// <summary>The month of a day, counted from 1 January 1970.</summary>
    public static int OfDay(int day)
    {
        var date = Nanoseconds.ToDate(day);
        return (date.Year * Length) + date.Month - 1;
    }

    /// <summary>The first nanosecond of a month, clamped to the supported range.</summary>
    public static long First(int month) => Nanoseconds.OfBound(
        Instant.FromUtc(month / Length, (month % Length) + 1, 1, 0, 0));
}
