using Tallystick.Billing.Calculation.Terms;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Bills at the edges of the calendar (reference 14.4 to 14.7 and 27): what is on one bill, partial periods, changes of
/// the clock in both hemispheres, and the time zone of an account.
/// </summary>
public sealed class CalendarTests
{
    [Fact]
    public void Bill_OfADate_HasTheArrearsBeforeItTheAdvanceAfterItAndWhatIsDatedOnIt() => BillStory.Check("""
        organization consolidate yes
        plan    support  from 2025-01-01  standing 30  timing advance
        price   calls    tiered
        band    from 0   unit 0.10
        charge  visit    amount 75  date 2025-03-01
        charge  other    amount 1   date 2025-03-02
        usage   calls    2025-02-28T23:59:59Z  100
        usage   calls    2025-03-01            9
        bill    2025-03-01
        line    STANDING_CHARGE 2025-03-01..2025-04-01 30.00
        line    USAGE 2025-02-01..2025-03-01 10.00
        line    AD_HOC 2025-03-01..2025-03-01 75.00
        total   115.00
        """);

    [Theory]
    [InlineData("2025-01-01", "STANDING_CHARGE 2025-01-01..2025-02-01 30.00")] // starts on a boundary: advance alone
    [InlineData("2025-02-01", "STANDING_CHARGE 2025-02-01..2025-03-01 30.00")]
    public void Advance_FromABoundary_IsBilledFromThatBoundaryOn(string billDate, string line) => BillStory.Check($"""
        plan  basic  from 2025-01-01  standing 30  timing advance
        bill  {billDate}
        line  {line}
        total 30.00
        """);

    [Fact]
    public void Decision09_AdvanceOfAShortFirstPeriod_IsALineOfItsOwnOnTheFirstBill() => BillStory.Check("""
        plan  basic  from 2025-01-11  standing 31  timing advance
        bill  2025-02-01
        line  STANDING_CHARGE 2025-01-11..2025-02-01 21.00
        line  STANDING_CHARGE 2025-02-01..2025-03-01 31.00
        total 52.00
        """);

    [Theory]
    [InlineData("2022-02-15", "2022-01-01..2022-02-15 29.03")] // 20 x (14 / 31 + 1)
    [InlineData("2022-03-15", "2022-02-15..2022-03-15 20.00")]
    public void Decision08_TheTimeBeforeTheEpoch_IsOnTheFirstBill(string billDate, string line) => BillStory.Check($"""
        plan  basic  from 2022-01-01  standing 20  epoch 2022-02-15
        bill  {billDate}
        line  STANDING_CHARGE {line}
        total {line.Split(' ')[1]}
        """);

    [Fact]
    public void Decision08_TheTimeBeforeTheEpochInAdvance_IsALineOfItsOwn() => BillStory.Check("""
        plan  basic  from 2022-01-01  standing 20  epoch 2022-02-15  timing advance
        bill  2022-02-15
        line  STANDING_CHARGE 2022-01-01..2022-02-15 29.03
        line  STANDING_CHARGE 2022-02-15..2022-03-15 20.00
        total 49.03
        bill  2022-03-15
        line  STANDING_CHARGE 2022-03-15..2022-04-15 20.00
        total 20.00
        """);

    [Theory]
    [InlineData("2025-02-28", "2025-01-31..2025-02-28")]
    [InlineData("2025-03-31", "2025-02-28..2025-03-31")]
    [InlineData("2025-04-30", "2025-03-31..2025-04-30")]
    public void Decision08_AnEpochAtTheEndOfTheMonth_StaysThere(string billDate, string period) => BillStory.Check($"""
        plan  basic  from 2025-01-31  standing 20  epoch 2025-01-31
        bill  {billDate}
        line  STANDING_CHARGE {period} 20.00
        total 20.00
        """);

    [Theory]
    [InlineData("2025-06-01", "2025-05-01..2025-05-21 20.00")] // 31 x 20 / 31, on the boundary after the end
    [InlineData("2025-05-01", "2025-04-01..2025-05-01 31.00")]
    public void EndDating_ShortensTheLastPeriod(string billDate, string line) => BillStory.Check($"""
        plan  basic  from 2025-01-01  to 2025-05-21  standing 31
        bill  {billDate}
        line  STANDING_CHARGE {line}
        total {line.Split(' ')[1]}
        """);

    [Fact]
    public void EndDating_ChangesAnAdvanceChargeThatIsCalculatedAgain()
    {
        const string Before = "plan basic from 2025-01-01 standing 31 timing advance\nbill 2025-05-01\n";
        BillStory.BillOf(Before).BillTotal.ShouldBe(31.00m);
        BillStory.BillOf(Before.Replace("from", "to 2025-05-21 from", StringComparison.Ordinal)).BillTotal
            .ShouldBe(20.00m);
    }

    // Clocks change on 2025-03-30 (London, forward) and 2025-04-06 (Sydney, back).
    [Theory]
    [InlineData("Europe/London", "2025-03-01T00:00:00Z", "2025-03-31T23:00:00Z")]
    [InlineData("Australia/Sydney", "2025-02-28T13:00:00Z", "2025-03-31T13:00:00Z")]
    [InlineData("America/Santiago", "2025-03-01T03:00:00Z", "2025-04-01T03:00:00Z")]
    [InlineData("Pacific/Apia", "2025-02-28T11:00:00Z", "2025-03-31T11:00:00Z")]
    public void Period_WithAChangeOfTheClock_IsFromLocalMidnightToLocalMidnight(string zone, string start, string end)
    {
        var bill = BillStory.BillOf($"""
            organization timezone {zone}
            plan    basic  from 2025-01-01  standing 31
            price   calls  tiered
            band    from 0  unit 1
            usage   calls  {start}  1
            usage   calls  {end}    10
            bill    2025-04-01
            """);

        (bill.StartDateTimeUtc, bill.EndDateTimeUtc).ShouldBe((At(start), At(end)));
        bill.BillTotal.ShouldBe(32m);
    }

    [Theory]
    [InlineData("Europe/London", "2025-03-30", "2.00")] // 23 hours are a day
    [InlineData("Australia/Sydney", "2025-04-06", "2.00")] // 25 hours are a day
    public void Day_OfAChangeOfTheClock_CountsAsOneDay(string zone, string day, string amount)
    {
        var tz = NodaTime.DateTimeZoneProviders.Tzdb[zone];
        var date = Date(day);
        var (from, to) = (
            Foundation.Values.LocalDay.Start(date, tz), Foundation.Values.LocalDay.Start(date.PlusDays(1), tz));
        var days = date.Calendar.GetDaysInMonth(date.Year, date.Month);
        var plan = On("2025-01-01", template: Template with { StandingCharge = 2 * days });
        plan = plan with { AccountPlan = plan.AccountPlan with { StartDate = from, EndDate = to } };
        var next = new NodaTime.LocalDate(date.Year, date.Month, 1).PlusMonths(1);
        var input = Input("2025-01-01", plan);

        var bill = (input with
        {
            Organization = Organization with { Timezone = zone },
            Run = input.Run with { BillDate = next },
        }).Bill();

        BillText.Amount(bill.BillTotal).ShouldBe(amount);
    }

    [Theory]
    [InlineData(null, null, "UTC")]
    [InlineData("Asia/Tokyo", null, "Asia/Tokyo")]
    [InlineData("Asia/Tokyo", "Europe/Paris", "Europe/Paris")]
    public void TimeZone_JobAccountOrganization_MostSpecificWins(string? account, string? job, string expected)
    {
        var input = Input("2025-02-01", On("2024-01-01")).For(one => one with { Timezone = account })
            .Overriding(new RunOverrides { Timezone = job });
        var bill = input.Bill();

        bill.Timezone.ShouldBe(expected);
        var tz = NodaTime.DateTimeZoneProviders.Tzdb[expected];
        bill.StartDateTimeUtc.ShouldBe(Foundation.Values.LocalDay.Start(Date("2025-01-01"), tz));
    }

    [Fact]
    public void TimeZone_OfAnAccountThatChanged_StaysThatOfItsBill()
    {
        var input = Input("2025-02-01", On("2024-01-01")).For(one => one with { Timezone = "Asia/Tokyo" });
        var bill = input.Bill();
        var kept = RunOverrides.FromJson(RunOverrides.None.Kept(Organization, bill).ToJson());

        Json(input.For(one => one with { Timezone = "Europe/Paris" }).Overriding(kept).Bill()).ShouldBe(Json(bill));
    }

    [Fact]
    public void TimeZone_OfAChild_IsThatOfItsParent()
    {
        var parent = new AccountTerms(Account with { Timezone = "Asia/Tokyo" }, []);
        var plan = On("2024-01-01");
        var child = new AccountTerms(
            Account with { Id = "account-uk", Code = "uk", Timezone = "Europe/London" },
            [
                plan with
                {
                    AccountPlan = plan.AccountPlan with { ChildBillingMode = Accounts.ChildBillingMode.Child },
                },
            ]);

        Input("2025-02-01").For(child with { Family = new FamilyTerms(parent, [child]) }).Bill()
            .Timezone.ShouldBe("Asia/Tokyo");
    }
}
