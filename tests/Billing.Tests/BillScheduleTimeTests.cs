using NodaTime;
using NodaTime.Text;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Tests;

/// <summary>When bills are calculated and approved by themselves.</summary>
public sealed class BillScheduleTimeTests
{
    [Theory]
    [InlineData("UTC 0", "2025-01-01T00:00:00Z", "never")]
    [InlineData("UTC 0.25", "2025-01-01T00:00:00Z", "2025-01-01T00:15:00Z")]
    [InlineData("UTC 0.25", "2025-01-01T23:59:59Z", "2025-01-02T00:00:00Z")]
    [InlineData("UTC 4", "2025-01-01T03:59:59Z", "2025-01-01T04:00:00Z")]
    [InlineData("UTC 24", "2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z")]
    [InlineData("UTC 24 6", "2025-01-01T05:59:59Z", "2025-01-01T06:00:00Z")]
    [InlineData("UTC 24 6", "2025-01-01T06:00:00Z", "2025-01-02T06:00:00Z")]
    [InlineData("Asia/Kolkata 12", "2025-01-01T00:00:00Z", "2025-01-01T06:30:00Z")] // noon
    // The day has 25 hours: twelve hours after its start is eleven o'clock, and the next day begins an hour early.
    [InlineData("Europe/Paris 12", "2025-10-25T22:00:00Z", "2025-10-26T10:00:00Z")]
    [InlineData("Europe/Paris 12", "2025-10-26T10:00:00Z", "2025-10-26T22:00:00Z")]
    [InlineData("Europe/Paris 12", "2025-10-26T22:00:00Z", "2025-10-26T23:00:00Z")]
    // The day has 23 hours, and its 2 o'clock is skipped.
    [InlineData("Europe/Paris 24 2", "2025-03-29T12:00:00Z", "2025-03-30T01:00:00Z")]
    // 1:30 occurs twice: every quarter of an hour of both is a run.
    [InlineData("America/New_York 0.25", "2025-11-02T06:15:00Z", "2025-11-02T06:30:00Z")]
    public void NextAfter_AnInstant_IsAtTheSameTimesEveryDay(string schedule, string after, string next)
    {
        var parts = schedule.Split(' ');
        var organization = OrganizationConfig(parts[0]) with
        {
            ScheduledBillInterval = decimal.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
            ScheduledBillOffset = parts.Length > 2
                ? int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) : null,
        };

        (BillSchedules.NextAfter(At(after), organization) is { } run ? InstantText.Write(run) : "never").ShouldBe(next);
    }

    [Theory]
    [InlineData("2025-02-01T06:00:00Z", "", "2025-02-01")]
    [InlineData("2025-02-01T06:00:00Z", "2025-01-31T06:00:00Z", "2025-01-31 2025-02-01")]
    [InlineData("2025-02-02T06:00:00Z", "2025-02-01T06:00:00Z", "2025-02-01 2025-02-02")]
    [InlineData("2025-02-02T00:00:00Z", "2025-02-01T23:45:00Z", "2025-02-01 2025-02-02")]
    [InlineData("2025-02-02T00:15:00Z", "2025-02-02T00:00:00Z", "2025-02-02")] // the window of February 1 is over
    [InlineData("2025-02-09T00:00:00Z", "2025-02-05T12:00:00Z", "2025-02-05 2025-02-06 2025-02-07")] // at most three
    public void LateDates_SinceTheLastRun_AreThoseWhoseWindowWasOpen(string now, string last, string dates)
    {
        var found = BillSchedules.LateDates(At(now), last.Length == 0 ? null : At(last), DateTimeZone.Utc, limit: 3);

        string.Join(' ', found.Select(InstantText.Write)).ShouldBe(dates);
    }

    [Theory]
    [InlineData("2025-02-01", 36, TimePeriodUnit.Hours, "2025-02-02T11:00:00Z")]
    [InlineData("2025-02-01", 30, TimePeriodUnit.Minutes, "2025-01-31T23:30:00Z")]
    [InlineData("2025-02-01", 2, TimePeriodUnit.Days, "2025-02-02T23:00:00Z")]
    [InlineData("2025-02-01", int.MaxValue, TimePeriodUnit.Days, "2125-01-07T23:00:00Z")]
    public void Approval_OfABill_IsDueAGracePeriodAfterItsDateBegins(
        string billDate, int period, TimePeriodUnit unit, string due)
    {
        var organization = OrganizationConfig("Europe/Paris") with
        {
            AutoApproveBillsGracePeriod = period,
            AutoApproveBillsGracePeriodUnit = unit,
        };

        InstantText.Write(AutoApproval.DueOf(LocalDatePattern.Iso.Parse(billDate).Value, organization)!.Value)
            .ShouldBe(due);
        AutoApproval.DueOf(LocalDate.MaxIsoValue, organization).ShouldNotBeNull();
        AutoApproval.DueOf(new LocalDate(2025, 1, 1), OrganizationConfig("UTC")).ShouldBeNull();
    }

    private static OrganizationConfig OrganizationConfig(string timezone) =>
        OrganizationConfigResource.Default with { Timezone = timezone };

    private static Instant At(string text) => InstantText.TryParse(text, out var instant)
        ? instant : throw new ArgumentException(text, nameof(text));
}
