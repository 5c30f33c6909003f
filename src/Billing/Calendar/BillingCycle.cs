using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// The infinite sequence of billing periods for an epoch, frequency and interval. Boundary k is k intervals from the
/// epoch, not one interval from the previous boundary, so that short months do not shift later boundaries. Example:
/// monthly from January 31 gives February 28, March 31, April 30. Works with calendar days; see <see cref="PlanCycle"/>
/// for instants.
/// </summary>
/// <param name="Epoch">Boundary 0.</param>
/// <param name="Frequency">Days, weeks, months or years.</param>
/// <param name="Interval">Number of frequency units per period, 1 or more.</param>
internal sealed record BillingCycle(LocalDate Epoch, BillingFrequency Frequency, int Interval)
{
    /// <summary>Whether a frequency has billing periods. Other frequencies bill on individual dates.</summary>
    public static bool IsRegular(BillingFrequency frequency) => frequency switch
    {
        BillingFrequency.Daily or BillingFrequency.Weekly => true,
        BillingFrequency.Monthly or BillingFrequency.Annually => true,
        BillingFrequency.AdHoc or BillingFrequency.Mixed => false,
    };

    /// <summary>Boundary <paramref name="index"/>. Negative indexes are before the epoch.</summary>
    /// <exception cref="OverflowException">The date is outside the calendar (years -9998 to 9999).</exception>
    /// <exception cref="ArgumentOutOfRangeException">Same cause; NodaTime throws either exception.</exception>
    public LocalDate Boundary(int index) => Frequency switch
    {
        BillingFrequency.Daily => Epoch.PlusDays(index * Interval),
        BillingFrequency.Weekly => Epoch.PlusWeeks(index * Interval),
        BillingFrequency.Monthly => Epoch.PlusMonths(index * Interval),
        BillingFrequency.Annually => Epoch.PlusYears(index * Interval),
        BillingFrequency.AdHoc or BillingFrequency.Mixed => throw NoPeriods(),
    };

    /// <summary>
    /// Index of the period that contains <paramref name="date"/>. The period starts at the boundary with the same
    /// index.
    /// </summary>
    public int IndexOf(LocalDate date) => Frequency switch
    {
        BillingFrequency.Daily => FloorDivide(Period.DaysBetween(Epoch, date), Interval),
        BillingFrequency.Weekly => FloorDivide(Period.DaysBetween(Epoch, date), 7 * Interval),
        BillingFrequency.Monthly => FloorDivide(WholeMonthsTo(date), Interval),
        BillingFrequency.Annually => FloorDivide(WholeMonthsTo(date), 12 * Interval),
        BillingFrequency.AdHoc or BillingFrequency.Mixed => throw NoPeriods(),
    };

    /// <summary>Whether a period ends and the next starts on <paramref name="date"/>.</summary>
    public bool IsBoundary(LocalDate date) => Boundary(IndexOf(date)) == date;

    /// <summary>Period k: from boundary k to boundary k + 1.</summary>
    public DatePeriod PeriodAt(int index) => new(Boundary(index), Boundary(index + 1));

    /// <summary>The period that contains <paramref name="date"/>.</summary>
    public DatePeriod PeriodContaining(LocalDate date) => PeriodAt(IndexOf(date));

    /// <summary>The period that ends at <paramref name="boundary"/>.</summary>
    public DatePeriod PeriodEndingAt(LocalDate boundary) => PeriodAt(IndexOf(boundary) - 1);

    /// <summary>The period that starts at <paramref name="boundary"/>.</summary>
    public DatePeriod PeriodStartingAt(LocalDate boundary) => PeriodAt(IndexOf(boundary));

    /// <summary>The largest n for which the epoch plus n months is not after the date.</summary>
    private int WholeMonthsTo(LocalDate date)
    {
        var months = ((date.Year - Epoch.Year) * 12) + date.Month - Epoch.Month;
        var anchorDay = Math.Min(Epoch.Day, date.Calendar.GetDaysInMonth(date.Year, date.Month));
        return date.Day >= anchorDay ? months : months - 1;
    }

    private static int FloorDivide(int dividend, int divisor) =>
        dividend >= 0 ? dividend / divisor : -((divisor - 1 - dividend) / divisor);

    private InvalidOperationException NoPeriods() => new($"The frequency {Frequency} has no billing periods.");
}
