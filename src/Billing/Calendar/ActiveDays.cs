using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// Counts local calendar days regardless of their length: a day of 23 or 25 hours is one day. Part of a day counts as
/// the fraction of its length, so that the parts of a period always add up to the whole.
/// </summary>
internal static class ActiveDays
{
    /// <summary>The exact number of days of <paramref name="period"/> in <paramref name="window"/>.</summary>
    /// <param name="window">Instants within the period.</param>
    /// <param name="period">The whole period.</param>
    /// <param name="zone">Time zone that determines when days begin.</param>
    public static Fraction In(Window window, DatePeriod period, DateTimeZone zone) =>
        PassedAt(window.End, period, zone) - PassedAt(window.Start, period, zone);

    /// <summary>
    /// Days since the start of the period. If a time zone has skipped a day, two days start at the same instant, so
    /// both ends of the period are handled by date. Example: Samoa had no December 30, 2011. A period that ends on that
    /// date still has exactly its nominal number of days.
    /// </summary>
    private static Fraction PassedAt(Instant instant, DatePeriod period, DateTimeZone zone)
    {
        var whole = period.In(zone);
        if (instant == whole.Start)
            return Fraction.Zero;
        if (instant == whole.End)
            return period.Days;
        var day = LocalDay.Of(instant, zone);
        return Period.DaysBetween(period.Start, day) + PartPassed(instant, day, zone);
    }

    private static Fraction PartPassed(Instant instant, LocalDate day, DateTimeZone zone)
    {
        var start = LocalDay.Start(day, zone);
        var passed = instant - start;
        if (passed == Duration.Zero)
            return Fraction.Zero;
        var length = LocalDay.Start(day.PlusDays(1), zone) - start;
        return Fraction.Of(passed.ToInt64Nanoseconds(), length.ToInt64Nanoseconds());
    }
}
