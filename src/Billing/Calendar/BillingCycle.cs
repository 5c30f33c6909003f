using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// The endless row of billing periods of one epoch, frequency and interval. Boundary k lies k intervals from the epoch
/// itself, never from the boundary before, so that short months do not shift later ones: from January 31 monthly,
/// February 28, March 31, April 30. Calendar days only; see <see cref="PlanCycle"/> for instants.
/// </summary>
/// <param name="Epoch">Boundary 0.</param>
/// <param name="Frequency">Days, weeks, months or years.</param>
/// <param name="Interval">How many of them make a period, 1 or more.</param>
internal sealed record BillingCycle(LocalDate Epoch, BillingFrequency Frequency, int Interval)
{
    /// <summary>Whether a frequency has billing periods; the others bill on dates of their own.</summary>
    public static bool IsRegular(BillingFrequency frequency) => frequency switch
    {
        BillingFrequency.Daily or BillingFrequency.Weekly => true,
        BillingFrequency.Monthly or BillingFrequency.Annually => true,
        BillingFrequency.AdHoc or BillingFrequency.Mixed => false,
    };

    /// <summary>Boundary <paramref name="index"/>; negative ones lie before the epoch.</summary>
    /// <exception cref="OverflowException">The date lies outside the calendar (years -9998 to 9999).</exception>
    /// <exception cref="ArgumentOutOfRangeException">As above; NodaTime has both.</exception>
    public LocalDate Boundary(int index) => Frequency switch
    {
        BillingFrequency.Daily => Epoch.PlusDays(index * Interval),
        BillingFrequency.Weekly => Epoch.PlusWeeks(index * Interval),
        BillingFrequency.Monthly => Epoch.PlusMonths(index * Interval),
        BillingFrequency.Annually => Epoch.PlusYears(index * Interval),
        BillingFrequency.AdHoc or BillingFrequency.Mixed => throw NoPeriods(),
    };

    /// <summary>
    /// The number of the period that contains <paramref name="date"/>: its first day is the boundary of that
    /// number.
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

    /// <summary>Months n, such that the epoch plus n months is not after the date and plus n + 1 months is.</summary>
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
