using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Usage;

/// <summary>A period relative to the time of the request (metering reference 12.2).</summary>
public enum UsageTimePeriod
{
    /// <summary>From midnight until now.</summary>
    Today,

    /// <summary>The previous day.</summary>
    Yesterday,

    /// <summary>From Monday until now.</summary>
    WeekToDate,

    /// <summary>From the first of the month until now.</summary>
    MonthToDate,

    /// <summary>From January 1 until now.</summary>
    YearToDate,

    /// <summary>The previous week, Monday to Sunday.</summary>
    PreviousWeek,

    /// <summary>The previous calendar month.</summary>
    PreviousMonth,

    /// <summary>The previous calendar quarter.</summary>
    PreviousQuarter,

    /// <summary>The previous calendar year.</summary>
    PreviousYear,

    /// <summary>The 12 hours before the current hour.</summary>
    Last12Hours,

    /// <summary>The 7 days before today.</summary>
    Last7Days,

    /// <summary>The 30 days before today.</summary>
    Last30Days,

    /// <summary>The 35 days before today.</summary>
    Last35Days,

    /// <summary>The 90 days before today.</summary>
    Last90Days,

    /// <summary>The 120 days before today.</summary>
    Last120Days,

    /// <summary>The 365 days before today.</summary>
    LastYear,
}

/// <summary>Resolves time periods to windows.</summary>
public static class UsageTimePeriods
{
    private const int DaysOfLastYear = 365;

    /// <summary>The window of a period.</summary>
    /// <param name="period">The period.</param>
    /// <param name="now">The time of the request.</param>
    /// <param name="zone">The time zone that determines days and hours.</param>
    public static Window WindowOf(this UsageTimePeriod period, Instant now, DateTimeZone zone)
    {
        var today = LocalDay.Of(now, zone);
        var month = new LocalDate(today.Year, today.Month, 1);
        var quarter = month.PlusMonths(-((today.Month - 1) % 3));
        var week = today.PlusDays(1 - (int)today.DayOfWeek);
        return period switch
        {
            UsageTimePeriod.Today => Until(today),
            UsageTimePeriod.WeekToDate => Until(week),
            UsageTimePeriod.MonthToDate => Until(month),
            UsageTimePeriod.YearToDate => Until(new LocalDate(today.Year, 1, 1)),
            UsageTimePeriod.Yesterday => Days(today.PlusDays(-1), today),
            UsageTimePeriod.PreviousWeek => Days(week.PlusWeeks(-1), week),
            UsageTimePeriod.PreviousMonth => Days(month.PlusMonths(-1), month),
            UsageTimePeriod.PreviousQuarter => Days(quarter.PlusMonths(-3), quarter),
            UsageTimePeriod.PreviousYear =>
                Days(new LocalDate(today.Year - 1, 1, 1), new LocalDate(today.Year, 1, 1)),
            UsageTimePeriod.Last12Hours => Hours(),
            UsageTimePeriod.Last7Days => Days(today.PlusDays(-7), today),
            UsageTimePeriod.Last30Days => Days(today.PlusDays(-30), today),
            UsageTimePeriod.Last35Days => Days(today.PlusDays(-35), today),
            UsageTimePeriod.Last90Days => Days(today.PlusDays(-90), today),
            UsageTimePeriod.Last120Days => Days(today.PlusDays(-120), today),
            UsageTimePeriod.LastYear => Days(today.PlusDays(-DaysOfLastYear), today),
        };

        // Exactly at midnight the period would be empty, which windows must not be.
        Window Until(LocalDate first)
        {
            var start = LocalDay.Start(first, zone);
            return new Window(start, Instant.Max(now, start + Duration.Epsilon));
        }

        Window Days(LocalDate first, LocalDate end) => new(LocalDay.Start(first, zone), LocalDay.Start(end, zone));

        Window Hours()
        {
            var intoHour = now.InZone(zone).LocalDateTime.NanosecondOfDay % NodaConstants.NanosecondsPerHour;
            var end = now - Duration.FromNanoseconds(intoHour);
            return new Window(end - Duration.FromHours(12), end);
        }
    }
}
