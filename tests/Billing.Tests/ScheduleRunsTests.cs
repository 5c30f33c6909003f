using NodaTime;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Tests;

public sealed class ScheduleRunsTests
{
    private static readonly DateTimeZone London = DateTimeZoneProviders.Tzdb["Europe/London"];

    [Theory]
    // Month ends are counted from the start, so that February does not shift March.
    [InlineData("2025-01-31T00:00:00Z", "2025-06-01T00:00:00Z", ScheduleFrequency.Monthly, 1,
        "2025-01-31 2025-02-28 2025-03-31 2025-04-30 2025-05-31")]
    [InlineData("2024-02-29T00:00:00Z", "2028-03-01T00:00:00Z", ScheduleFrequency.Annually, 1,
        "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29")]
    [InlineData("2025-01-06T00:00:00Z", "2025-02-17T00:00:00Z", ScheduleFrequency.Weekly, 2,
        "2025-01-06 2025-01-20 2025-02-03")]
    // An end is excluded, be it by a second.
    [InlineData("2025-01-01T00:00:00Z", "2025-01-03T00:00:00Z", ScheduleFrequency.Daily, 1, "2025-01-01 2025-01-02")]
    [InlineData("2025-01-01T00:00:00Z", "2025-01-03T00:00:01Z", ScheduleFrequency.Daily, 1,
        "2025-01-01 2025-01-02 2025-01-03")]
    [InlineData("2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z", ScheduleFrequency.Annually, 365, "2025-01-01")]
    public void Transactions_OfASchedule_ComeAtEveryStepBeforeTheEnd(
        string start, string end, ScheduleFrequency frequency, int interval, string expected) =>
        Dates(Transactions(start, end, frequency, interval, DateTimeZone.Utc)).ShouldBe(expected);

    [Fact]
    public void Transactions_UntilAnHourThatIsThereTwiceAroundMidnight_HaveTheDayThatHasBegun()
    {
        // At 00:01 on November 7 the clock fell back to 23:01: at the second 23:30 the 7th had begun, at 02:30 UTC.
        var runs = Transactions(
            "2010-11-05T02:30:00Z", "2010-11-07T03:00:00Z", ScheduleFrequency.Daily, 1,
            DateTimeZoneProviders.Tzdb["America/St_Johns"]);
        Dates(runs).ShouldBe("2010-11-05 2010-11-06 2010-11-07");
    }

    [Fact]
    public void Transactions_OverAChangeOfTheClock_KeepTheirTimeOfDay()
    {
        var runs = Transactions(
            "2025-03-29T09:30:00Z", "2025-03-31T23:00:00Z", ScheduleFrequency.Daily, 1, London);
        Enumerable.Range(0, runs.Count).Select(number => InstantText.Write(runs[number].At)).ShouldBe(
            ["2025-03-29T09:30:00Z", "2025-03-30T08:30:00Z", "2025-03-31T08:30:00Z"]);
    }

    [Fact]
    public void Transactions_AtATimeThatTheClockSkips_ComeLater()
    {
        // On March 30 the clock goes from 01:00 to 02:00.
        var runs = Transactions(
            "2025-03-29T01:30:00Z", "2025-03-31T23:00:00Z", ScheduleFrequency.Daily, 1, London);
        InstantText.Write(runs[1].At).ShouldBe("2025-03-30T01:30:00Z");
    }

    [Theory]
    [InlineData(true, "2025-01-10..2025-02-01 on 2025-01-10, 2025-02-01..2025-03-01 on 2025-02-01, "
        + "2025-03-01..2025-03-05 on 2025-03-01")]
    [InlineData(false, "2025-01-10..2025-02-01 on 2025-02-01, 2025-02-01..2025-03-01 on 2025-03-01, "
        + "2025-03-01..2025-03-05 on 2025-03-05")]
    public void Charges_OfASchedule_AreForThePartsThatPeriodsCut(bool inAdvance, string expected) =>
        Told(Charges("2025-01-10T00:00:00Z", "2025-03-05T00:00:00Z", inAdvance, null, DateTimeZone.Utc))
            .ShouldBe(expected);

    [Fact]
    public void Charges_ToABoundary_HaveNoEmptyPart() =>
        Told(Charges("2025-01-15T00:00:00Z", "2025-03-15T00:00:00Z", true, new LocalDate(2025, 1, 15),
            DateTimeZone.Utc)).ShouldBe("2025-01-15..2025-02-15 on 2025-01-15, 2025-02-15..2025-03-15 on 2025-02-15");

    [Fact]
    public void Charges_OfADayThatEndsWithin_AreBilledWhenItIsOver()
    {
        var runs = Charges("2025-03-01T00:00:00Z", "2025-03-04T12:00:00Z", false, null, DateTimeZone.Utc);
        runs.Count.ShouldBe(1);
        runs[0].BillDate.ShouldBe(new LocalDate(2025, 3, 5));
    }

    [Fact]
    public void Charges_InAZone_AreCutAtItsMidnights()
    {
        // June 1 begins in London at 23:00 of May 31 in Greenwich.
        var runs = Charges("2025-05-01T00:00:00+01:00", "2025-07-01T00:00:00+01:00", true, null, London);
        InstantText.Write(runs[1].At).ShouldBe("2025-05-31T23:00:00Z");
        runs[1].Period.Start.ShouldBe(runs[0].Period.End);
        runs.Count.ShouldBe(2);
    }

    [Fact]
    public void FirstAfter_AnyInstant_IsTheFirstRunThatIsLater()
    {
        var runs = Transactions(
            "2020-01-31T00:00:00Z", "2040-01-01T00:00:00Z", ScheduleFrequency.Monthly, 3, DateTimeZone.Utc);
        runs.FirstAfter(null).ShouldBe(runs[0]);
        for (var number = 0; number < runs.Count; number++)
        {
            var next = number + 1 < runs.Count ? runs[number + 1] : null;
            runs.FirstAfter(runs[number].At).ShouldBe(next);
            runs.FirstAfter(runs[number].At - Duration.FromSeconds(1)).ShouldBe(runs[number]);
        }
    }

    [Fact]
    public void Transactions_OfThousandsOfYears_AreFoundByTheirNumber()
    {
        var runs = Transactions(
            "0001-01-02T00:00:00Z", "8999-12-31T00:00:00Z", ScheduleFrequency.Daily, 1, DateTimeZone.Utc);
        InstantText.Write(runs[runs.Count - 1].At).ShouldBe("8999-12-30T00:00:00Z");
        InstantText.Write(runs.FirstAfter(Instant.FromUtc(2025, 1, 1, 12, 0))!.At).ShouldBe("2025-01-02T00:00:00Z");
    }

    private static ScheduleRuns Transactions(
        string start, string end, ScheduleFrequency frequency, int interval, DateTimeZone zone) =>
        ScheduleRuns.Of(
            new BalanceTransactionSchedule
            {
                Name = "Schedule",
                Code = "schedule",
                Amount = 1,
                TransactionDescription = "One",
                TransactionTypeId = "type",
                StartDate = Parse(start),
                EndDate = Parse(end),
                Frequency = frequency,
                FrequencyInterval = interval,
            },
            zone);

    private static ScheduleRuns Charges(
        string start, string end, bool inAdvance, LocalDate? epoch, DateTimeZone zone) => ScheduleRuns.Of(
        new BalanceChargeSchedule
        {
            Name = "Schedule",
            Code = "schedule",
            Amount = 1,
            Currency = "USD",
            ChargeDescription = "One",
            ServicePeriodStartDate = Parse(start),
            ServicePeriodEndDate = Parse(end),
            BillFrequency = ScheduleFrequency.Monthly,
            BillFrequencyInterval = 1,
            BillInAdvance = inAdvance,
            BillEpoch = epoch,
        },
        OrganizationConfigResource.Default,
        zone);

    private static Instant Parse(string text) =>
        InstantText.TryParse(text, out var instant) ? instant : throw new ArgumentException(text);

    private static string Dates(ScheduleRuns runs) => string.Join(' ', Enumerable.Range(0, runs.Count)
        .Select(number => InstantText.Write(runs[number].At.InUtc().Date)));

    private static string Told(ScheduleRuns runs) => string.Join(", ", Enumerable.Range(0, runs.Count)
        .Select(number => runs[number])
        .Select(run => $"{InstantText.Write(run.Period.Start.InUtc().Date)}.."
            + $"{InstantText.Write(run.Period.End.InUtc().Date)} on {InstantText.Write(run.BillDate)}"));
}
