using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>Rules of both kinds of schedules beyond their shape.</summary>
public static class BalanceScheduleRules
{
    // Far enough from the end of the calendar for all periods of a schedule.
    private static readonly Instant Latest = Instant.FromUtc(9000, 1, 1, 0, 0);

    /// <summary>The runs of a schedule; null if its dates are invalid.</summary>
    public static async ValueTask<ScheduleRuns?> RunsAsync(
        BalanceTransactionSchedule schedule, IResourceReader related) =>
        AreInOrder(schedule.StartDate, schedule.EndDate)
            ? ScheduleRuns.Of(schedule, ZoneOf(await ConfigAsync(related)))
            : null;

    /// <summary>The runs of a schedule; null if its dates are invalid.</summary>
    public static async ValueTask<ScheduleRuns?> RunsAsync(BalanceChargeSchedule schedule, IResourceReader related)
    {
        if (!AreInOrder(schedule.ServicePeriodStartDate, schedule.ServicePeriodEndDate))
            return null;
        var config = await ConfigAsync(related);
        return ScheduleRuns.Of(schedule, config, ZoneOf(config));
    }

    internal static void Check(BalanceTransactionSchedule schedule, Issues issues) =>
        CheckDates(schedule.StartDate, "startDate", schedule.EndDate, "endDate", issues);

    internal static void Check(BalanceChargeSchedule schedule, Issues issues)
    {
        ChargeRules.CheckAmount(schedule.Amount, schedule.Units, schedule.UnitPrice, issues);
        CheckDates(schedule.ServicePeriodStartDate, "servicePeriodStartDate",
            schedule.ServicePeriodEndDate, "servicePeriodEndDate", issues);
    }

    private static void CheckDates(Instant start, string startName, Instant end, string endName, Issues issues)
    {
        if (end <= start)
            issues.Add("order", endName, $"must be after {startName}");
        else if (end > Latest)
            issues.Add("range", endName, "must not be later than the year 8999");
    }

    private static bool AreInOrder(Instant start, Instant end) => start < end && end <= Latest;

    private static async ValueTask<OrganizationConfig> ConfigAsync(IResourceReader related) =>
        (await related.ListAsync<OrganizationConfig>(Condition.And())).Single();

    private static DateTimeZone ZoneOf(OrganizationConfig config) =>
        BillingTimeZone.TryParse(config.Timezone, out var zone)
            ? zone
            : throw new InvalidOperationException($"The time zone '{config.Timezone}' was accepted and is unknown.");
}
