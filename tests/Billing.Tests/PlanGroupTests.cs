using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class PlanGroupTests
{
    private const string Bundle = """
        group   bundle   from 2025-01-01  standing 5  minimum 100
        plan    storage  product Storage  group bundle  standing 10  minimum 80
        price   bytes    tiered
        band    from 0  unit 1
        plan    compute  product Compute  group bundle  minimum 90
        price   hours    tiered  minimum 30
        band    from 0  unit 1
        usage   bytes  2025-01-11  40
        usage   hours  2025-01-12  25
        """;

    [Fact]
    public void Group_OfTwoPlans_ChargesEachPlanAndItsOwnCharges() => BillStory.Check(Bundle + """

        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 25.00             # Compute
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 5.00      # of the hours: 30 - 25
        line    STANDING_CHARGE 2025-01-01..2025-02-01 10.00   # Storage
        line    USAGE 2025-01-01..2025-02-01 40.00
        line    STANDING_CHARGE 2025-01-01..2025-02-01 5.00    # of the group
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 30.00     # 100 - 40 - 25 - 5; 80 and 90 do not apply
        total   115.00
        """);

    [Fact]
    public void Decision03_MinimumsOfPlansInAGroupWithout_Apply() =>
        BillStory.Check(Bundle.Replace("  minimum 100", "", StringComparison.Ordinal) + """

        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 25.00
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 60.00     # 90 - 30
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 5.00
        line    STANDING_CHARGE 2025-01-01..2025-02-01 10.00
        line    USAGE 2025-01-01..2025-02-01 40.00
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 40.00     # 80 - 40
        line    STANDING_CHARGE 2025-01-01..2025-02-01 5.00
        total   185.00
        """);

    [Fact]
    public void Group_InAdvance_IsBilledFromItsStart() => BillStory.Check("""
        group   bundle   from 2025-01-11  standing 31  timing advance  minimum 62  minimum-timing advance
        plan    storage  group bundle
        price   bytes    tiered
        band    from 0  unit 1
        usage   bytes  2025-01-12  40
        bill    2025-01-01
        total   0.00
        bill    2025-02-01
        line    USAGE 2025-01-11..2025-02-01 40.00
        line    STANDING_CHARGE 2025-01-11..2025-02-01 21.00   # 31 x 21 / 31
        line    STANDING_CHARGE 2025-02-01..2025-03-01 31.00
        line    MINIMUM_SPEND 2025-01-11..2025-02-01 42.00     # 62 x 21 / 31
        line    MINIMUM_SPEND 2025-02-01..2025-03-01 62.00
        line    MINIMUM_SPEND_REFUND 2025-01-11..2025-02-01 -40.00
        total   156.00
        """);

    [Fact]
    public void Group_ThatStartsOnABoundaryInAdvance_MakesABillDue()
    {
        const string Story = """
            group   bundle   from 2025-01-01  standing 31  timing advance
            plan    storage  group bundle
            bill    2025-01-01
            line    STANDING_CHARGE 2025-01-01..2025-02-01 31.00
            total   31.00
            """;
        BillStory.Check(Story);
        DueBills.On(Date("2025-01-01"), Organization, BillStory.InputOf(Story).Terms, RunOverrides.None)
            .ShouldBe([new DueBill(Date("2025-01-01"), BillingFrequency.Monthly, 1, OnlyIfMissing: false)]);
    }

    [Fact]
    public void Group_InAnotherCurrency_ConvertsTheUsageForTheComparison() => BillStory.Check("""
        rate    EUR USD 1.25
        rate    USD EUR 0.8
        group   bundle   from 2025-01-01  currency EUR  minimum 100
        plan    storage  product Storage  group bundle
        price   bytes    tiered
        band    from 0  unit 1
        plan    compute  product Compute  group bundle  currency EUR
        price   hours    tiered
        band    from 0  unit 1
        usage   bytes  2025-01-11  50
        usage   hours  2025-01-12  25
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 25.00             # EUR, 31.25 USD
        line    USAGE 2025-01-01..2025-02-01 50.00             # USD
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 35.00     # EUR: 100 - 50 x 0.8 - 25; 43.75 USD
        total   125.00
        """);

    [Fact]
    public void Group_WithoutTheRateForItsMinimum_IsRefusedByName()
    {
        var bill = () => BillStory.BillOf("""
            rate    EUR USD 1.25
            group   bundle   from 2025-01-01  currency EUR  minimum 100
            plan    storage  group bundle
            price   bytes    tiered
            band    from 0  unit 1
            usage   bytes  2025-01-11  50
            bill    2025-02-01
            """);
        Should.Throw<BillRefusedException>(bill).Message.ShouldBe(
            "Account acme: the currencyConversions have no rate from USD to EUR.");
    }

    [Fact]
    public void Group_PlansOfDifferentFrequencies_HasTheFrequencyOfTheFirst() => BillStory.Check("""
        group   bundle   from 2025-01-01  standing 5
        plan    storage  product Storage  group bundle  standing 10
        plan    compute  product Compute  group bundle  standing 20  frequency WEEKLY
        bill    2025-02-01
        line    STANDING_CHARGE 2025-01-01..2025-02-01 10.00
        line    STANDING_CHARGE 2025-01-01..2025-02-01 5.00
        total   15.00
        """);

    [Fact]
    public void Group_Lines_NameTheGroupAndHaveIdsOfTheirOwn()
    {
        var bill = BillStory.BillOf(Bundle + "\nbill 2025-02-01");

        bill.LineItems.Select(line => (line.PlanGroupId, line.PlanId, line.ProductName)).ShouldBe(
        [
            ("group-bundle", "plan-compute", "Compute"),
            ("group-bundle", "plan-compute", "Compute"),
            ("group-bundle", "plan-storage", "Storage"),
            ("group-bundle", "plan-storage", "Storage"),
            ("group-bundle", null, null),
            ("group-bundle", null, null),
        ]);
        bill.LineItems[^1].Description.ShouldBe("bundle Minimum Spend Adjustment");
        bill.LineItems[^1].Currency.ShouldBe("USD");
        bill.LineItems.Select(line => line.Id).Distinct().Count().ShouldBe(6);
    }

    [Fact]
    public void Group_Recalculation_KeepsTheCyclesOfItsPlans()
    {
        var input = BillStory.InputOf(Bundle + "\nbill 2025-02-01");
        var before = input.Bill(5);
        var kept = RunOverrides.FromJson(RunOverrides.None.Kept(Organization, before).ToJson());
        kept.Cycles!.Keys.ShouldBe(["accountplan-bundle/plan-compute", "accountplan-bundle/plan-storage"]);

        var moved = input.For(account => account with { BillEpoch = Date("2025-01-15") }) with
        {
            Run = input.Run with { IsRecalculation = true, Overrides = kept },
        };

        Json(moved.Bill(5)).ShouldBe(Json(before));
    }

    [Theory]
    [InlineData("standing 5", true)]
    [InlineData("minimum 5", true)]
    [InlineData("", false)]
    public void Group_WithoutPlans_IsRefusedIfItHasCharges(string charges, bool isRefused)
    {
        var terms = BillStory.InputOf($"""
            group   bundle   from 2025-01-01  {charges}
            plan    other    from 2025-01-01
            bill    2025-02-01
            """).Terms;
        var due = () => DueBills.On(Date("2025-02-01"), Organization, terms, RunOverrides.None);
        if (isRefused)
            Should.Throw<BillRefusedException>(due).Message.ShouldBe(
                "Account acme, account plan accountplan-bundle: the plan group 'bundle' has charges but no plans, so "
                + "it has no bill frequency. Add a plan to it.");
        else
            due().Count.ShouldBe(1);
    }

    [Fact]
    public void Group_WithoutPlansThatEndedLongAgo_IsNoHindrance() => DueBills.On(
        Date("2027-02-01"), Organization,
        BillStory.InputOf("""
            group   bundle   from 2025-01-01  to 2025-02-01  standing 5
            plan    other    from 2025-01-01
            bill    2025-02-01
            """).Terms,
        RunOverrides.None).Count.ShouldBe(1);
}
