using NodaTime;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Billing.BillLife;

/// <summary>What an organization has asked to happen to its bills by itself.</summary>
public static class BillSchedules
{
    /// <summary>The principal of scheduled jobs and automatic approvals.</summary>
    public const string Principal = "SCHEDULER";

    /// <summary>Late usage is still billed for this time after the bill date.</summary>
    public static Duration LateWindow { get; } = Duration.FromHours(24);

    /// <summary>Applies a changed configuration to the queue.</summary>
    internal static async ValueTask<OrganizationConfig> FollowAsync(
        ResourceChange change, OrganizationConfig organization)
    {
        await AutoApproval.FollowAsync(change, organization);
        await ScheduledBilling.FollowAsync(change, organization);
        return organization;
    }

    /// <summary>
    /// The first scheduled run after an instant. Runs are counted from the start of each day, so that they are at the
    /// same times every day; a daily run is at the hour of <c>scheduledBillOffset</c>.
    /// </summary>
    /// <returns>Null if bills are not scheduled.</returns>
    public static Instant? NextAfter(Instant instant, OrganizationConfig organization)
    {
        if (organization.ScheduledBillInterval is not > 0)
            return null;
        var zone = OrganizationZone.Of(organization);
        var day = LocalDay.Of(instant, zone);
        var tomorrow = LocalDay.Start(day.PlusDays(1), zone);
        if (organization.ScheduledBillInterval == 24)
        {
            var run = At(day);
            return run > instant ? run : At(day.PlusDays(1));
        }
        var interval = Duration.FromMinutes((long)(organization.ScheduledBillInterval.Value * 60));
        var start = LocalDay.Start(day, zone);
        var next = start + (interval * ((long)((instant - start) / interval) + 1));
        return next < tomorrow ? next : tomorrow;

        Instant At(LocalDate date) =>
            LocalDay.At(date.At(new LocalTime(organization.ScheduledBillOffset ?? 0, 0)), zone);
    }

    /// <summary>
    /// The bill dates whose bills may still lack late usage: they have begun, and no run has taken place since their
    /// window for late usage ended. Without a former run, those whose window is open.
    /// </summary>
    /// <param name="now">The time of this run.</param>
    /// <param name="last">The time up to which former runs have billed late usage; null for none.</param>
    /// <param name="zone">The time zone of the organization.</param>
    /// <param name="limit">Maximum number of dates.</param>
    public static IReadOnlyList<LocalDate> LateDates(Instant now, Instant? last, DateTimeZone zone, int limit)
    {
        var today = LocalDay.Of(now, zone);
        var date = LocalDay.Of((last ?? now) - LateWindow, zone);
        var dates = new List<LocalDate>();
        for (; date <= today && dates.Count < limit; date = date.PlusDays(1))
        {
            if (LocalDay.Start(date, zone) + LateWindow > (last ?? now))
                dates.Add(date);
        }
        return dates;
    }
}
