using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// Counts local calendar days, whatever their length: a day of 23 or 25 hours is one day. A day that is cut counts by
/// the part of it that has passed, so that the parts of any stretch of time add up to the whole.
/// </summary>
internal static class ActiveDays
{
    /// <summary>Days of <paramref name="period"/> that lie in <paramref name="window"/>, exact.</summary>
    /// <param name="window">Instants within the period.</param>
    /// <param name="period">The whole period.</param>
    /// <param name="zone">Where days begin.</param>
    public static Fraction In(Window window, DatePeriod period, DateTimeZone zone) =>
        PassedAt(window.End, period, zone) - PassedAt(window.Start, period, zone);

    /// <summary>
    /// Days passed since the period began. Where a zone has skipped a day, the instant of the jump begins two days, so
    /// the ends of the period are told by their dates: Samoa had no December 30, 2011, and a period that ends on it has
    /// all of its days and not one more.
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
