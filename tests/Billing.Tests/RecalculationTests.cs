using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>A bill that is calculated again keeps its own terms of time, or is refused; it is never emptied.</summary>
public sealed class RecalculationTests
{
    // Monthly from January 1: the bill of February 1 has 10.00 for January.
    private static readonly PlanTemplate Ten = Template with { StandingCharge = 10 };

    public static TheoryData<string> Changes => ["epoch of the account", "epoch of the account plan", "frequency"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Recalculation_AfterTheTermsOfTimeChanged_GivesTheSameBill(string change)
    {
        var input = Input("2025-02-01", On("2025-01-01", template: Ten));
        var before = input.Bill();
        before.BillTotal.ShouldBe(10.00m);
        var kept = RunOverrides.FromJson(RunOverrides.None.Kept(Organization, before).ToJson());

        var after = Again(Changed(input, change)).Overriding(kept).Bill();

        Json(after).ShouldBe(Json(before));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Recalculation_WithoutKeptTermsOfTime_IsRefusedByName(string change)
    {
        var input = Again(Changed(Input("2025-02-01", On("2025-01-01", template: Ten)), change));

        Should.Throw<BillRefusedException>(() => input.Bill()).Message.ShouldBe(
            "Account acme: no account plan still has a MONTHLY boundary on 2025-02-01 (interval 1).");
    }

    [Fact]
    public void Recalculation_OneOfTwoPlansLostItsBoundary_IsRefusedByName()
    {
        var stays = On("2025-01-01", template: Ten);
        var moved = On("2025-01-01", template: Ten, epoch: "2025-01-15");
        moved = moved with
        {
            Plan = moved.Plan with { Id = "plan-2", Code = "plan-2" },
            AccountPlan = moved.AccountPlan with { Id = "account-plan-2", PlanId = "plan-2" },
        };
        var input = Input("2025-02-01", stays, moved);
        input.Bill().BillTotal.ShouldBe(10.00m);

        var again = Again(input);
        again.Bill().BillTotal.ShouldBe(10.00m);
        again = again with { Run = again.Run with { BilledPlanIds = [stays.Plan.Id, "plan-2"] } };

        Should.Throw<BillRefusedException>(() => again.Bill()).Message.ShouldContain(
            "of plan plan-2, which is on the bill");
    }

    [Fact]
    public void Recalculation_AfterThePlanWasEndedBefore_IsEmptyAndSaysWhen()
    {
        var input = Input("2025-02-01", On("2024-01-01", template: Ten));
        var kept = RunOverrides.None.Kept(Organization, input.Bill());

        var after = Again(input).With(terms => terms with
        {
            AccountPlan = terms.AccountPlan with { EndDate = At("2025-01-01") },
        }).Overriding(kept).Bill();

        (after.LineItems.Count, after.BillTotal, after.StartDate).ShouldBe((0, 0m, Date("2025-01-01")));
    }

    private static BillInput Again(BillInput input) =>
        input with { Run = input.Run with { IsRecalculation = true } };

    private static BillInput Changed(BillInput input, string change) => change switch
    {
        "epoch of the account" => input.For(account => account with { BillEpoch = Date("2025-01-15") }),
        "epoch of the account plan" => input.With(terms => terms with
        {
            AccountPlan = terms.AccountPlan with { BillEpoch = Date("2025-01-15") },
        }),
        _ => input.With(terms => terms with
        {
            Template = terms.Template with { BillFrequency = BillingFrequency.Annually },
        }),
    };
}
