using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>Dates at the edge of the calendar refuse one account's bill, and nothing takes for ever.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("9999-12-31", 1)]
    [InlineData("9999-12-01", 31)]
    [InlineData("2025-02-01", 3_000_000)]
    [InlineData("2025-02-01", int.MaxValue)]
    public void Bill_DateOutsideTheCalendar_IsRefused(string billDate, int daysBeforeDue) =>
        Should.Throw<BillRefusedException>(() =>
            Input(billDate, On("2025-01-01", epoch: billDate))
                .For(account => account with { DaysBeforeBillDue = daysBeforeDue }).Bill())
            .Message.ShouldContain("outside the supported calendar");

    [Theory]
    [InlineData(BillingFrequency.Daily, 365)]
    [InlineData(BillingFrequency.Monthly, 365)]
    [InlineData(BillingFrequency.Annually, 365)]
    [InlineData(BillingFrequency.Annually, int.MaxValue)]
    public void DueBills_FarAway_AreRefusedOrNone(BillingFrequency frequency, int interval)
    {
        var template = Template with { BillFrequency = frequency, BillFrequencyInterval = interval };
        foreach (var date in new[] { "0001-01-01", "9999-12-30", "9999-12-31" })
        {
            try
            {
                var terms = TermsOf(On("2025-01-01", template: template));
                DueBills.On(Date(date), Organization, terms, RunOverrides.None);
                DueBills.Around(Date(date), Organization, terms, RunOverrides.None);
            }
            catch (BillRefusedException refused)
            {
                refused.Message.ShouldContain("outside the supported calendar");
            }
        }
    }

    [Fact]
    public void Overflow_OfAnAmount_IsNotBlamedOnTheCalendar()
    {
        var most = decimal.MaxValue;
        Should.Throw<BillRefusedException>(() =>
            Limits.Within(Account, () => Limits.OfAmounts(Account, () => most * 2))).Message.ShouldBe(
            "Account acme: an amount or a quantity of the bill has more than 28 digits.");
    }

    [Fact]
    public void Segments_WithLineBreaksInTheirValues_AreToldApart()
    {
        var one = new Dictionary<string, string> { ["a"] = "x\n1:b=y" };
        var two = new Dictionary<string, string> { ["a"] = "x", ["b"] = "y" };
        SegmentText.Of(one).ShouldNotBe(SegmentText.Of(two));
        SegmentText.Of(two).ShouldBe(SegmentText.Of(new Dictionary<string, string> { ["b"] = "y", ["a"] = "x" }));
    }

    [Fact]
    public void Bill_DailyFromTheFirstYearToAnEpochInTheLast_AddsUpTheDays()
    {
        var daily = Template with { BillFrequency = BillingFrequency.Daily, StandingCharge = 1 };
        // 9,998 years before 9999: 9,998 x 365 + 2,424 leap days.
        Input("9999-01-01", On("0001-01-01", template: daily, epoch: "9999-01-01")).Bill()
            .BillTotal.ShouldBe(3_651_694m);
    }
}
