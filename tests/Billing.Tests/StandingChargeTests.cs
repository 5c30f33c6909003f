using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class StandingChargeTests
{
    private static readonly PlanTemplate Of20 = Template with { StandingCharge = 20 };

    private static readonly PlanTemplate InAdvance = Of20 with { StandingChargeBillInAdvance = true };

    [Fact]
    public void StandingCharge_StartInsidePeriod_IsProratedByDays()
    {
        var bill = Input("2025-05-01", On("2025-04-11", template: Of20)).Bill();
        bill.ShouldHaveLines("STANDING_CHARGE 2025-04-11..2025-05-01 13.33"); // 20 x 20 / 30
        var line = bill.LineItems.Single();
        line.Additional!.Select(fact => (fact.Key, fact.Value))
            .ShouldBe([("amount", 20m), ("daysActive", 20m), ("daysInPeriod", 30m)]);
        (line.Quantity, line.Units, line.Unit, line.AverageUnitPrice).ShouldBe((1m, 1m, "", 13.33m));
    }

    [Theory]
    [InlineData("2025-04-11T12:00:00Z", null, "13.00")] // 20 x 19.5 / 30
    [InlineData("2025-04-01T06:00:00Z", null, "19.83")] // 20 x 29.75 / 30
    [InlineData("2025-01-01", "2025-04-10T18:00:00Z", "6.50")] // 20 x 9.75 / 30
    [InlineData("2025-04-11T12:00:00Z", "2025-04-11T18:00:00Z", "0.17")] // 20 x 0.25 / 30
    public void StandingCharge_StartOrEndInsideADay_CountsTheFractionOfTheDay(string from, string? to, string amount) =>
        Input("2025-05-01", On(from, to, Of20)).Bill().LineItems.Single().Subtotal.ShouldBe(Number(amount));

    [Fact]
    public void StandingCharge_DaylightSavingChange_DoesNotMatter()
    {
        // March 2025 in London loses an hour on the 30th; half of its days are half of the charge: 31 x 0.5 = 15.5.
        var input = Input("2025-04-01", On("2025-03-16T12:00:00Z", template: Of20));
        var london = input with { Organization = Organization with { Timezone = "Europe/London" } };
        london.Bill().LineItems.Single().Subtotal.ShouldBe(10.00m);
    }

    [Theory]
    [InlineData("2025-02-15", "29.03")] // 20 x (14 / 31 + 31 / 31)
    [InlineData("2025-03-15", "20.00")] // then whole periods
    [InlineData("2025-02-14", null)]
    [InlineData("2025-01-15", null)] // no bill before the epoch, which is the date of the first
    public void StandingCharge_EpochAfterStart_FirstBillCoversAllBeforeIt(string billDate, string? amount)
    {
        var bill = Input(billDate, On("2025-01-01", epoch: "2025-02-15", template: Of20)).Bill();
        bill.LineItems.Select(line => line.Subtotal).ShouldBe(amount is null ? [] : [Number(amount)]);
        if (billDate == "2025-02-15")
            bill.StartDate.ShouldBe(Date("2025-01-01"));
    }

    [Fact]
    public void StandingCharge_StretchOverPeriodsOfSeveralLengths_AddsTheirFactors()
    {
        // Jan 1 - Mar 15 before the epoch: 14/31 (Dec 15 - Jan 15) + 31/31 + 28/28 = 45/31 + 28/28.
        var bill = Input("2025-03-15", On("2025-01-01", epoch: "2025-03-15", template: Of20)).Bill();
        bill.ShouldHaveLines("STANDING_CHARGE 2025-01-01..2025-03-15 49.03"); // 20 x 2.4516
        bill.LineItems.Single().Additional!.Values.ShouldBe([20m, 45m, 28m, 31m, 28m]);
    }

    [Fact]
    public void StandingCharge_YearEpochAfterStart_BillsTheYearBeforeOnTheEpoch()
    {
        var yearly = Of20 with { BillFrequency = BillingFrequency.Annually };
        var input = Input("2023-01-01", On("2022-01-01", template: yearly));
        (input with { Organization = Organization with { YearEpoch = Date("2023-01-01") } }).Bill()
            .ShouldHaveLines("STANDING_CHARGE 2022-01-01..2023-01-01 20.00");
    }

    [Fact]
    public void StandingCharge_PlanEndsInsidePeriod_IsBilledOnTheBoundaryAfter() =>
        Input("2025-05-01", On("2025-01-01", "2025-04-16", Of20)).Bill()
            .ShouldHaveLines("STANDING_CHARGE 2025-04-01..2025-04-16 10.00"); // 20 x 15 / 30

    [Fact]
    public void StandingCharge_InAdvanceFromABoundary_IsBilledThereAlone() =>
        Input("2025-02-01", On("2025-02-01", template: InAdvance)).Bill()
            .ShouldHaveLines("STANDING_CHARGE 2025-02-01..2025-03-01 20.00");

    [Fact]
    public void StandingCharge_InAdvanceFromInsideAPeriod_FirstBillMakesUpForTheShortPeriod() =>
        Input("2025-05-01", On("2025-04-11", template: InAdvance)).Bill().ShouldHaveLines(
            "STANDING_CHARGE 2025-04-11..2025-05-01 13.33", // 20 x 20 / 30, own line and period
            "STANDING_CHARGE 2025-05-01..2025-06-01 20.00");

    [Fact]
    public void StandingCharge_InAdvanceAfterTheFirstBill_IsForTheComingPeriodOnly() =>
        Input("2025-06-01", On("2025-04-11", template: InAdvance)).Bill()
            .ShouldHaveLines("STANDING_CHARGE 2025-06-01..2025-07-01 20.00");

    [Fact]
    public void StandingCharge_InAdvanceAndEndKnown_IsProratedToTheEnd() =>
        Input("2025-04-01", On("2025-01-01", "2025-04-16", InAdvance)).Bill()
            .ShouldHaveLines("STANDING_CHARGE 2025-04-01..2025-04-16 10.00"); // recalculated after the plan was ended

    [Theory]
    [InlineData(true, null, null, true)] // plan before template before organization
    [InlineData(false, true, true, false)]
    [InlineData(null, true, false, true)]
    [InlineData(null, false, true, false)]
    [InlineData(null, null, true, true)]
    [InlineData(null, null, null, false)] // in arrears when none says
    public void StandingCharge_InAdvanceFlag_PlanTemplateOrganization(
        bool? plan, bool? template, bool? organization, bool isInAdvance)
    {
        var terms = On("2025-01-01", template: Of20 with { StandingChargeBillInAdvance = template });
        terms = terms with { Plan = terms.Plan with { StandingChargeBillInAdvance = plan } };
        StandingPeriods.IsInAdvance(terms, Organization with { StandingChargeBillInAdvance = organization })
            .ShouldBe(isInAdvance);
    }

    [Theory]
    // start 2025-01-01, monthly; month: 1 = Feb 1 ... the bills that carry the charge
    [InlineData(false, 1, 0, "02 03 04 05 06 07")]
    [InlineData(false, 2, 0, "02 04 06")] // first applied on the first bill
    [InlineData(false, 2, 1, "03 05 07")] // first applied on the second bill
    [InlineData(false, 3, 2, "04 07")]
    [InlineData(true, 2, 0, "01 03 05 07")] // in advance the first bill is that of the start
    [InlineData(true, 2, 1, "02 04 06")]
    [InlineData(true, 3, 2, "03 06")]
    public void StandingCharge_IntervalAndOffset_CountTheBillsOfTheAccountPlan(
        bool inAdvance, int interval, int offset, string months)
    {
        var template = Of20 with
        {
            StandingChargeBillInAdvance = inAdvance,
            StandingChargeInterval = interval,
            StandingChargeOffset = offset,
        };
        var charged = Enumerable.Range(1, 7).Where(month =>
            Input($"2025-{month:00}-01", On("2025-01-01", template: template)).Bill().LineItems.Count > 0);
        string.Join(' ', charged.Select(month => $"{month:00}")).ShouldBe(months);
    }

    [Theory]
    // quarterly bills, interval 2: applied every six months, for six months
    [InlineData(false, "2025-04-01", "STANDING_CHARGE 2025-01-01..2025-04-01 9.89")] // 20 x 90 / 182 (Oct 1 - Apr 1)
    [InlineData(false, "2025-10-01", "STANDING_CHARGE 2025-04-01..2025-10-01 20.00")]
    [InlineData(true, "2025-01-01", "STANDING_CHARGE 2025-01-01..2025-07-01 20.00")]
    [InlineData(true, "2025-07-01", "STANDING_CHARGE 2025-07-01..2026-01-01 20.00")]
    public void StandingCharge_Interval_IsForThatManyBillingPeriods(bool inAdvance, string billDate, string line)
    {
        var quarterly = Of20 with
        {
            BillFrequencyInterval = 3,
            StandingChargeInterval = 2,
            StandingChargeBillInAdvance = inAdvance,
        };
        Input(billDate, On("2025-01-01", template: quarterly)).Bill().ShouldHaveLines(line);
    }

    [Fact]
    public void StandingCharge_Zero_HasNoLine() =>
        Input("2025-02-01", On("2025-01-01")).Bill().LineItems.ShouldBeEmpty();

    [Fact]
    public void StandingCharge_PlanSaysZero_HidesTheTemplate()
    {
        var terms = On("2025-01-01", template: Of20);
        Input("2025-02-01", terms with { Plan = terms.Plan with { StandingCharge = 0 } }).Bill()
            .LineItems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, null, "Standing Charge")]
    [InlineData(null, "Platform fee", "Platform fee")]
    [InlineData("Premium fee", "Platform fee", "Premium fee")]
    public void StandingCharge_Description_PlanTemplateDefault(string? plan, string? template, string expected)
    {
        var terms = On("2025-01-01", template: Of20 with { StandingChargeDescription = template });
        terms = terms with { Plan = terms.Plan with { StandingChargeDescription = plan } };
        Input("2025-02-01", terms).Bill().LineItems.Single().Description.ShouldBe(expected);
    }

    [Theory]
    [InlineData(BillingFrequency.Daily, 1, "2025-02-02", "STANDING_CHARGE 2025-02-01..2025-02-02 20.00")]
    [InlineData(BillingFrequency.Weekly, 1, "2025-02-03", "STANDING_CHARGE 2025-01-27..2025-02-03 20.00")]
    [InlineData(BillingFrequency.Weekly, 2, "2025-02-10", "STANDING_CHARGE 2025-01-27..2025-02-10 20.00")]
    [InlineData(BillingFrequency.Monthly, 1, "2025-03-01", "STANDING_CHARGE 2025-02-01..2025-03-01 20.00")]
    [InlineData(BillingFrequency.Monthly, 3, "2025-04-01", "STANDING_CHARGE 2025-01-01..2025-04-01 20.00")]
    [InlineData(BillingFrequency.Annually, 1, "2026-01-01", "STANDING_CHARGE 2025-01-01..2026-01-01 20.00")]
    public void StandingCharge_EachFrequency_IsForItsPeriod(
        BillingFrequency frequency, int interval, string billDate, string line)
    {
        var template = Of20 with { BillFrequency = frequency, BillFrequencyInterval = interval };
        var past = Date("2024-01-01"); // a Monday, so that all epochs lie at the start of the plan
        var organization = Organization with { DayEpoch = past, WeekEpoch = past, MonthEpoch = past, YearEpoch = past };
        var input = Input(billDate, On("2024-01-01", template: template));
        (input with { Organization = organization }).Bill().ShouldHaveLines(line);
    }
}
