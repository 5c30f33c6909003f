using NodaTime;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Statements;

/// <summary>
/// Divides a service period into the periods of rows: calendar units of a time zone, the first and last clipped.
/// </summary>
internal static class StatementCalendar
{
    internal const int MaxRows = 10_000;

    private const int MonthsOfQuarter = 3;

    /// <summary>The periods that make up a window.</summary>
    /// <param name="frequency">Their length.</param>
    /// <param name="window">The window.</param>
    /// <param name="zone">The time zone in which they begin.</param>
    /// <param name="firstDayOfWeek">The day on which weeks begin.</param>
    /// <exception cref="StatementException">There are too many.</exception>
    internal static IReadOnlyList<Window> Divide(
        AggregationFrequency frequency, Window window, DateTimeZone zone, IsoDayOfWeek firstDayOfWeek)
    {
        var periods = new List<Window>();
        if (window.Start >= window.End)
            return periods;
        if (frequency == AggregationFrequency.WholePeriod)
            return [window];
        var first = FirstDay(frequency, LocalDay.Of(window.Start, zone), firstDayOfWeek);
        var start = window.Start;
        for (var count = 1; start < window.End; count++)
        {
            if (count > MaxRows)
                throw new StatementException(
                    $"A service period has more than {MaxRows} rows; use a longer aggregationFrequency.");
            var end = Instant.Min(LocalDay.Start(Later(frequency, first, count), zone), window.End);
            if (end > start)
                periods.Add(new Window(start, end));
            start = Instant.Max(start, end);
        }
        return periods;
    }

    private static LocalDate FirstDay(AggregationFrequency frequency, LocalDate day, IsoDayOfWeek firstDayOfWeek) =>
        frequency switch
        {
            AggregationFrequency.Day => day,
            AggregationFrequency.Week => day.DayOfWeek == firstDayOfWeek ? day : day.Previous(firstDayOfWeek),
            AggregationFrequency.Month => new LocalDate(day.Year, day.Month, 1),
            AggregationFrequency.Quarter => new LocalDate(
                day.Year, day.Month - ((day.Month - 1) % MonthsOfQuarter), 1),
            AggregationFrequency.Year => new LocalDate(day.Year, 1, 1),
            AggregationFrequency.WholePeriod => day,
        };

    private static LocalDate Later(AggregationFrequency frequency, LocalDate first, int count) => frequency switch
    {
        AggregationFrequency.Day => first.PlusDays(count),
        AggregationFrequency.Week => first.PlusWeeks(count),
        AggregationFrequency.Month => first.PlusMonths(count),
        AggregationFrequency.Quarter => first.PlusMonths(MonthsOfQuarter * count),
        AggregationFrequency.Year => first.PlusYears(count),
        AggregationFrequency.WholePeriod => first,
    };
}
