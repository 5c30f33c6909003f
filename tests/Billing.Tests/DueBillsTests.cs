using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class DueBillsTests
{
    private static readonly PlanTemplate InAdvance =
        Template with { StandingCharge = 20, StandingChargeBillInAdvance = true };

    [Theory]
    [InlineData("2025-01-10", null, "2025-02-01", true)] // short first period
    [InlineData("2025-01-10", null, "2025-01-01", false)] // before the start
    [InlineData("2025-01-10", null, "2025-02-02", false)] // no boundary
    [InlineData("2025-01-01", null, "2025-01-01", false)] // starts here, nothing in arrears yet
    [InlineData("2025-01-01", "2025-01-20", "2025-02-01", true)] // short last period, billed on the boundary after
    [InlineData("2025-01-01", "2025-02-01", "2025-02-01", true)]
    [InlineData("2025-01-01", "2025-02-01", "2025-03-01", false)]
    public void On_PlanInArrears_IsDueAfterActivePeriods(string from, string? to, string billDate, bool isDue) =>
        On(billDate, Scenario.On(from, to)).Count.ShouldBe(isDue ? 1 : 0);

    [Theory]
    [InlineData("2025-01-01", "2025-01-01", true)] // bill of the start, with only the advance charge
    [InlineData("2025-01-10", "2025-01-01", false)]
    [InlineData("2025-01-10", "2025-02-01", true)]
    public void On_PlanInAdvance_IsDueAtItsStart(string from, string billDate, bool isDue) =>
        On(billDate, Scenario.On(from, template: InAdvance)).Count.ShouldBe(isDue ? 1 : 0);

    [Fact]
    public void On_JobEpoch_ReplacesTheOrganizationsButNotTheAccounts()
    {
        AccountPlanTerms[] plans = [Scenario.On("2025-01-01")];
        var overrides = new RunOverrides { MonthEpoch = Date("2024-12-15") };
        DueBills.On(Date("2025-02-15"), Organization, TermsOf(plans), overrides).Count.ShouldBe(1);
        var account = Account with { BillEpoch = Date("2024-12-20") };
        var terms = TermsOf(plans) with { Account = account };
        DueBills.On(Date("2025-02-15"), Organization, terms, overrides).ShouldBeEmpty();
        DueBills.On(Date("2025-02-20"), Organization, terms, overrides).Count.ShouldBe(1);
    }

    [Fact]
    public void Around_Today_IsTheRunningPeriodAndTheLatestPastBill()
    {
        AccountPlanTerms[] plans = [Scenario.On("2025-01-01")];
        DueBills.Around(Date("2025-03-10"), Organization, TermsOf(plans), RunOverrides.None).ShouldBe(
        [
            new DueBill(Date("2025-03-01"), BillingFrequency.Monthly, 1, OnlyIfMissing: true),
            new DueBill(Date("2025-04-01"), BillingFrequency.Monthly, 1, OnlyIfMissing: false),
        ]);
    }

    [Fact]
    public void Around_PlanJustStarted_HasTheRunningPeriodOnly() =>
        DueBills.Around(Date("2025-03-10"), Organization, TermsOf(Scenario.On("2025-03-05")), RunOverrides.None)
            .ShouldBe([new DueBill(Date("2025-04-01"), BillingFrequency.Monthly, 1, OnlyIfMissing: false)]);

    [Fact]
    public void Around_EndedPlan_HasItsLastBill() =>
        DueBills.Around(
            Date("2025-03-10"), Organization, TermsOf(Scenario.On("2025-01-01", "2025-02-20")), RunOverrides.None)
            .ShouldBe([new DueBill(Date("2025-03-01"), BillingFrequency.Monthly, 1, OnlyIfMissing: true)]);

    private static IReadOnlyList<DueBill> On(string billDate, AccountPlanTerms terms) =>
        DueBills.On(Date(billDate), Organization, TermsOf(terms), RunOverrides.None);
}
