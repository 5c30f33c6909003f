using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>One run of a schedule.</summary>
/// <param name="At">When it runs.</param>
/// <param name="Period">The period that it covers.</param>
/// <param name="BillDate">The bill date of the charge.</param>
public sealed record ScheduleRun(Instant At, Window Period, LocalDate BillDate);

/// <summary>The runs of a schedule, numbered from 0, with random access.</summary>
public sealed class ScheduleRuns
{
    private readonly Func<int, ScheduleRun> _at;

    private ScheduleRuns(int count, Func<int, ScheduleRun> at) => (Count, _at) = (count, at);

    /// <summary>Number of runs.</summary>
    public int Count { get; }

    /// <summary>Run <paramref name="number"/>, from 0 to <see cref="Count"/> - 1.</summary>
    public ScheduleRun this[int number] => _at(number);

    /// <summary>
    /// The first run after the instant, or the first run if the instant is null. Null if there is none.
    /// </summary>
    public ScheduleRun? FirstAfter(Instant? instant)
    {
        if (instant is not { } after)
            return Count > 0 ? this[0] : null;
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (this[middle].At > after)
                high = middle;
            else
                low = middle + 1;
        }
        return low < Count ? this[low] : null;
    }

    /// <summary>A transaction at the start and at every interval before the end, at the same time of day.</summary>
    public static ScheduleRuns Of(BalanceTransactionSchedule schedule, DateTimeZone zone)
    {
        var start = schedule.StartDate.InZone(zone).LocalDateTime;
        var cycle = new BillingCycle(start.Date, Regular(schedule.Frequency), schedule.FrequencyInterval);
        var last = cycle.IndexOf(LocalDay.Of(schedule.EndDate, zone));
        var count = last + 1;
        while (count > 0 && At(count - 1) >= schedule.EndDate)
            count--;
        return new ScheduleRuns(count, number => new ScheduleRun(
            At(number), new Window(At(number), At(number)), cycle.Boundary(number)));

        // A time of day that a clock change skips is shifted by the length of the gap.
        Instant At(int number) => number == 0
            ? schedule.StartDate
            : zone.AtLeniently(cycle.Boundary(number) + start.TimeOfDay).ToInstant();
    }

    /// <summary>A charge for each part of the service period, split at the boundaries of billing periods.</summary>
    public static ScheduleRuns Of(
        BalanceChargeSchedule schedule, OrganizationConfig organization, DateTimeZone zone)
    {
        var frequency = Regular(schedule.BillFrequency);
        var epoch = schedule.BillEpoch ?? BillingEpoch.OfFrequency(organization, frequency);
        var cycle = new BillingCycle(epoch, frequency, schedule.BillFrequencyInterval);
        var (start, end) = (schedule.ServicePeriodStartDate, schedule.ServicePeriodEndDate);
        var first = cycle.IndexOf(LocalDay.Of(start, zone));
        var endDay = LocalDay.Of(end, zone);
        var last = cycle.IndexOf(endDay);
        // An end at a boundary belongs to the previous period.
        if (LocalDay.Start(cycle.Boundary(last), zone) >= end)
            last--;
        return new ScheduleRuns(Math.Max(0, last - first + 1), number =>
        {
            var window = cycle.PeriodAt(first + number).In(zone).Intersect(start, end);
            var billDate = schedule.BillInAdvance
                ? LocalDay.Of(window.Start, zone) : DayFrom(window.End, zone);
            return new ScheduleRun(LocalDay.Start(billDate, zone), window, billDate);
        });
    }

    // A period that ends within a day is billed on the next day.
    private static LocalDate DayFrom(Instant end, DateTimeZone zone)
    {
        var day = LocalDay.Of(end, zone);
        return LocalDay.Start(day, zone) < end ? day.PlusDays(1) : day;
    }

    private static BillingFrequency Regular(ScheduleFrequency frequency) => frequency switch
    {
        ScheduleFrequency.Daily => BillingFrequency.Daily,
        ScheduleFrequency.Weekly => BillingFrequency.Weekly,
        ScheduleFrequency.Monthly => BillingFrequency.Monthly,
        ScheduleFrequency.Annually => BillingFrequency.Annually,
    };
}
