using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class BillingCycleTests
{
    [Theory]
    [InlineData(BillingFrequency.Monthly, 1, "2022-01-15", "2022-01-15 2022-02-15 2022-03-15")]
    [InlineData(BillingFrequency.Weekly, 1, "2022-01-15", "2022-01-15 2022-01-22 2022-01-29 2022-02-05")]
    [InlineData(BillingFrequency.Daily, 1, "2022-01-02", "2022-01-02 2022-01-03 2022-01-04")]
    [InlineData(BillingFrequency.Annually, 1, "2023-01-01", "2023-01-01 2024-01-01")]
    [InlineData(BillingFrequency.Monthly, 1, "2025-01-31", "2025-01-31 2025-02-28 2025-03-31 2025-04-30 2025-05-31")]
    [InlineData(
        BillingFrequency.Annually, 1, "2024-02-29", "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29")]
    [InlineData(BillingFrequency.Weekly, 2, "2025-01-06", "2025-01-06 2025-01-20 2025-02-03 2025-02-17")]
    [InlineData(BillingFrequency.Monthly, 3, "2022-01-01", "2022-01-01 2022-04-01 2022-07-01 2022-10-01 2023-01-01")]
    public void Boundaries_EpochAndInterval_AreCountedFromTheEpoch(
        BillingFrequency frequency, int interval, string epoch, string expected)
    {
        var cycle = new BillingCycle(Date(epoch), frequency, interval);
        var boundaries = expected.Split(' ').Select(Date).ToList();
        boundaries.Select((_, index) => cycle.Boundary(index)).ShouldBe(boundaries);
        boundaries.ShouldAllBe(boundary => cycle.IsBoundary(boundary));
        boundaries.Select(cycle.IndexOf).ShouldBe(Enumerable.Range(0, boundaries.Count));
    }

    [Fact]
    public void Periods_AroundABoundary_MeetThere()
    {
        var cycle = new BillingCycle(Date("2025-01-31"), BillingFrequency.Monthly, 1);
        cycle.PeriodEndingAt(Date("2025-02-28")).ShouldBe(new DatePeriod(Date("2025-01-31"), Date("2025-02-28")));
        cycle.PeriodStartingAt(Date("2025-02-28")).ShouldBe(new DatePeriod(Date("2025-02-28"), Date("2025-03-31")));
        cycle.PeriodContaining(Date("2025-03-30")).ShouldBe(new DatePeriod(Date("2025-02-28"), Date("2025-03-31")));
        cycle.PeriodContaining(Date("2024-12-30")).ShouldBe(new DatePeriod(Date("2024-11-30"), Date("2024-12-31")));
    }

    [Theory]
    [InlineData("2025-03-03", "2025-02-02", "2025-01-01", "2025-03-03")] // the account plan's
    [InlineData(null, "2025-02-02", "2025-01-01", "2025-02-02")] // else the account's
    [InlineData(null, null, "2025-01-01", "2025-01-01")] // else that of the frequency
    public void Epoch_SeveralDefined_MostSpecificWins(
        string? plan, string? account, string organization, string expected) =>
        BillingEpoch.Of(
            On("2025-01-01", epoch: plan).AccountPlan,
            Account with { BillEpoch = account is null ? null : Date(account) },
            Organization with { MonthEpoch = Date(organization) },
            BillingFrequency.Monthly).ShouldBe(Date(expected));

    [Theory]
    [InlineData(BillingFrequency.Daily, "2025-01-01")]
    [InlineData(BillingFrequency.Weekly, "2025-01-06")]
    [InlineData(BillingFrequency.Annually, "2025-01-01")]
    public void Epoch_OfTheOrganization_IsThatOfTheFrequency(BillingFrequency frequency, string expected) =>
        BillingEpoch.Of(On("2025-01-01").AccountPlan, Account, Organization, frequency).ShouldBe(Date(expected));

    [Theory]
    [InlineData("Europe/London", "Europe/London")]
    [InlineData("UTC", "UTC")]
    [InlineData("UTC+1:00", "UTC+01")]
    [InlineData("GMT+1:00", "UTC+01")]
    [InlineData("GMT+1", "UTC+01")]
    [InlineData("+1:00", "UTC+01")]
    [InlineData("+1", "UTC+01")]
    [InlineData("-03:30", "UTC-03:30")]
    [InlineData("UTC-11", "UTC-11")]
    [InlineData("+0", "UTC")]
    [InlineData("Etc/GMT+1", "Etc/GMT+1")] // a database name: one hour west
    public void TimeZone_NameOrOffset_IsRead(string text, string id)
    {
        BillingTimeZone.TryParse(text, out var zone).ShouldBeTrue();
        zone!.Id.ShouldBe(id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mars/Base")]
    [InlineData("UTC+")]
    [InlineData("UTC+19")]
    [InlineData("+18:01")]
    [InlineData("+1:60")]
    [InlineData("+1:5")]
    [InlineData("+123")]
    [InlineData("+1:")]
    [InlineData("1")]
    [InlineData("PST8")]
    public void TimeZone_Neither_IsRefused(string text) => BillingTimeZone.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void StartOfDay_MidnightSkipped_IsTheJump() =>
        // Clocks in Sao Paulo went from 00:00 to 01:00 on 2018-11-04.
        LocalDay.Start(Date("2018-11-04"), DateTimeZoneProviders.Tzdb["America/Sao_Paulo"])
            .ShouldBe(At("2018-11-04T03:00:00Z"));

    [Fact]
    public void StartOfDay_DaySkipped_IsTheStartOfTheNext()
    {
        // Samoa had no 2011-12-30.
        var zone = DateTimeZoneProviders.Tzdb["Pacific/Apia"];
        LocalDay.Start(Date("2011-12-30"), zone).ShouldBe(LocalDay.Start(Date("2011-12-31"), zone));
    }
}
