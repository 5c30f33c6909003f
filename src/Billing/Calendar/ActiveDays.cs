using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// Counts local calendar days, whatever their length: a day of 23 or 25 hours is one day. A day that is cut counts by
/// the part of it that has passed, so that the parts of any stretch of time add up to the whole.
/// </summary>
internal static class ActiveDays
{
    /// <summary>Days from the start to the end of <paramref name="window"/>, exact.</summary>
    public static Fraction In(Window window, DateTimeZone zone)
    {
        var first = DayOf(window.Start, zone);
        var last = DayOf(window.End, zone);
        return (decimal)Period.DaysBetween(first, last)
            + PartPassed(window.End, last, zone) - PartPassed(window.Start, first, zone);
    }

    /// <summary>
    /// The day that has begun and whose next day has not. Where the clock falls back over midnight this is not always
    /// the date that the clock shows.
    /// </summary>
    public static LocalDate DayOf(Instant instant, DateTimeZone zone)
    {
        var shown = instant.InZone(zone).Date;
        return LocalDay.Start(shown.PlusDays(1), zone) <= instant ? shown.PlusDays(1) : shown;
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
