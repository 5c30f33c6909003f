using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Usage;

/// <summary>A stretch of time that is told by the moment of asking (metering reference 12.2).</summary>
public enum UsageTimePeriod
{
    /// <summary>From midnight until now.</summary>
    Today,

    /// <summary>The day before.</summary>
    Yesterday,

    /// <summary>From Monday until now.</summary>
    WeekToDate,

    /// <summary>From the first of the month until now.</summary>
    MonthToDate,

    /// <summary>From January 1 until now.</summary>
    YearToDate,

    /// <summary>The week before, from Monday.</summary>
    PreviousWeek,

    /// <summary>The calendar month before.</summary>
    PreviousMonth,

    /// <summary>The calendar quarter before.</summary>
    PreviousQuarter,

    /// <summary>The calendar year before.</summary>
    PreviousYear,

    /// <summary>12 hours, which end when the current hour began.</summary>
    Last12Hours,

    /// <summary>7 days, which end with yesterday.</summary>
    Last7Days,

    /// <summary>30 days, which end with yesterday.</summary>
    Last30Days,

    /// <summary>35 days, which end with yesterday.</summary>
    Last35Days,

    /// <summary>90 days, which end with yesterday.</summary>
    Last90Days,

    /// <summary>120 days, which end with yesterday.</summary>
    Last120Days,

    /// <summary>365 days, which end with yesterday.</summary>
    LastYear,
}

/// <summary>What time periods are at a moment.</summary>
public static class UsageTimePeriods
{
    private const int DaysOfLastYear = 365;

    /// <summary>The time that a period means.</summary>
    /// <param name="period">The period.</param>
    /// <param name="now">The moment of asking.</param>
    /// <param name="zone">Whose calendar counts.</param>
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

        // At midnight there is nothing yet; a period is never empty.
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
