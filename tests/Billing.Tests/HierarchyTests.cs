using CsCheck;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Metering.Aggregations;
using static Tallystick.Billing.Tests.Scenario;
using ChildBillingMode = Tallystick.Billing.Accounts.ChildBillingMode;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Bills of parents and children (reference 9.2). Acme is the parent of uk and de; they use 50, 60 and 90 calls.
/// </summary>
public sealed class HierarchyTests
{
    // 200 calls in one block are 100 x 1.00 + 100 x 0.50 = 150.00.
    private const string Tiers = """
        price   calls  tiered
        band    from 0    unit 1
        band    from 100  unit 0.5

        """;

    private const string Usage = """
        usage   calls  2025-01-10  50
        usage   calls  2025-01-11  60  account uk
        usage   calls  2025-01-12  90  account de

        """;

    [Theory]
    [InlineData("summary", "", "acme 150.00")]
    [InlineData("breakdown", "", "acme 37.50, de 67.50, uk 45.00")]
    [InlineData("breakdown", "of uk", "")]
    [InlineData("child", "", "acme 37.50")]
    [InlineData("child", "of uk", "uk 45.00")]
    [InlineData("child", "of de", "de 67.50")]
    public void PlanOfTheParent_RatesAllUsageAsOneBlock(string mode, string bill, string lines) =>
        LinesOf($"plan basic from 2025-01-01 mode {mode}\n{Tiers}child uk\nchild de\n", bill).ShouldBe(lines);

    [Theory]
    [InlineData("breakdown", "", "uk 60.00, de 90.00, acme 50.00")]
    [InlineData("summary", "", "acme 150.00, acme 50.00")]
    [InlineData("child", "", "acme 50.00")]
    [InlineData("child", "of uk", "uk 60.00")]
    public void PlansOfTheChildren_RateTheirUsageAlone(string mode, string bill, string lines)
    {
        var own = $"plan own from 2025-01-01 mode {mode}\n{Tiers}";
        LinesOf($"plan basic from 2025-01-01\n{Tiers}child uk\n{own}child de\n{own}", bill).Split(", ").Order()
            .ShouldBe(lines.Split(", ").Order());
    }

    [Fact]
    public void PlanOfOneChild_TakesItsUsageFromThePlanOfTheParent() => LinesOf(
        // 140 calls of acme and de are 100 + 20 = 120.00: 42.857... and 77.142857...
        $"plan basic from 2025-01-01\n{Tiers}"
            + "child uk\nplan own from 2025-01-01\nprice calls tiered\nband from 0 unit 2\nchild de\n", "")
        .ShouldBe("acme 42.86, de 77.14, uk 120.00");

    [Fact]
    public void PlanOfAChildForAnotherProduct_LeavesItsUsageToThePlanOfTheParent() => LinesOf(
        $"plan basic from 2025-01-01\n{Tiers}child uk\nplan own from 2025-01-01 product Backup\nchild de\n", "")
        .ShouldBe("acme 37.50, de 67.50, uk 45.00");

    [Fact]
    public void PlanOfAChildThatBeginsWithinThePeriod_TakesItsUsageFromThenOn() => LinesOf(
        "plan basic from 2025-01-01\nprice calls tiered\nband from 0 unit 1\n"
            + "child uk\nplan own from 2025-01-16\nprice calls tiered\nband from 0 unit 2\n"
            + "usage calls 2025-01-16 5 account uk\n", "")
        .ShouldBe("acme 50.00, uk 60.00, uk 10.00");

    [Theory]
    [InlineData("breakdown", "", "uk 20.00, de 30.00, acme 10.00")]
    [InlineData("summary", "", "acme 30.00, acme 20.00, acme 10.00")]
    [InlineData("child", "", "acme 10.00")]
    [InlineData("child", "of uk", "uk 20.00")]
    public void StandingCharges_FollowTheirPlan(string mode, string bill, string lines) => LinesOf(
        $"plan basic from 2025-01-01 standing 10 mode {mode}\n"
            + $"child uk\nplan ofuk from 2025-01-01 standing 20 mode {mode} product Backup\n"
            + $"child de\nplan ofde from 2025-01-01 standing 30 mode {mode} product Storing\n", bill)
        .Split(", ").Order().ShouldBe(lines.Split(", ").Order());

    [Fact]
    public void StandingChargesOfChildrenInSummary_AreOneLineOfEqualPlans()
    {
        const string Own = "plan own from 2025-01-01 standing 9.995 mode summary\n";
        var bill = Of($"child uk\n{Own}child de\n{Own}", "");

        var line = bill.LineItems.ShouldHaveSingleItem();
        (line.Subtotal, line.Units, line.AverageUnitPrice, line.ChildAccountId).ShouldBe((20.00m, 1m, 20.00m, null));
    }

    [Fact]
    public void UsageOfChildrenInSummary_AddsUpTheBandsOfEqualPlans()
    {
        const string Own = "plan own from 2025-01-01 mode summary\n" + Tiers;
        var bill = Of($"child uk\n{Own}child de\n{Own}usage calls 2025-01-20 30 account de\n", "");

        // uk: 60 x 1.00; de: 100 x 1.00 + 20 x 0.50.
        var line = bill.LineItems.ShouldHaveSingleItem();
        (line.Subtotal, line.Quantity, line.Units).ShouldBe((170.00m, 180m, 180m));
        line.UsagePerPricingBand!.Select(band => (band.BandUnits, band.BandSubtotal))
            .ShouldBe([(160m, 160.00m), (20m, 10.00m)]);
    }

    [Fact]
    public void Decision19_SplitOfABlock_GivesTheRemainderToTheLargestRemainders()
    {
        // 10.00 for 7 calls: acme 1/7 = 1.428..., de 2/7 = 2.857..., uk 4/7 = 5.714...
        var bill = BillStory.BillOf("""
            plan    basic  from 2025-01-01
            price   calls  stairstep
            band    from 0  fixed 10
            child   uk
            child   de
            usage   calls  2025-01-10  1
            usage   calls  2025-01-11  2  account de
            usage   calls  2025-01-12  4  account uk
            bill    2025-02-01
            """);

        Lines(bill).ShouldBe("acme 1.43, de 2.86, uk 5.71");
        bill.LineItems.Sum(line => line.UsagePerPricingBand!.Single().BandSubtotal).ShouldBe(10.00m);
        bill.LineItems.Select(line => line.Quantity).ShouldBe([1m, 2m, 4m]);
    }

    [Fact]
    public void Decision19_SplitWithoutUsage_ChargesTheOwnerOfThePlan() => LinesOf(
        "measure calls default 0\nplan basic from 2025-01-01\nprice calls stairstep\nband from 0 fixed 10\n"
            + "child uk\nchild de\n", "", "").ShouldBe("acme 10.00");

    [Fact]
    public void Block_OfAnAggregationThatDoesNotAddUp_IsAggregatedOverAllAccounts()
    {
        var peak = Calls with { Method = AggregationMethod.Max };
        var terms = Family(On("2025-01-01", pricings: Price("0: 0 + 1", aggregation: peak)), "uk");
        var input = Input("2025-02-01").For(terms);

        var needs = BillCalculation.Begin(input).Needs;
        needs.Select(need => need.Further.Count).ShouldBe([1, 0, 0]);
        // The peak of both is 10; that of acme is 10, that of uk is 6.
        var bill = input.Bill(need => need.Further.Count == 0 && need.AccountId == "account-uk" ? 6 : 10);

        Lines(bill).ShouldBe("acme 6.25, uk 3.75");
    }

    [Fact]
    public void LinesOfAChild_CarryItsIdAndCode()
    {
        var line = Of($"plan basic from 2025-01-01\n{Tiers}child uk\n", "").LineItems[1];

        (line.ChildAccountId, line.ChildAccountCode, line.PlanId).ShouldBe(("account-uk", "uk", "plan-basic"));
    }

    [Fact]
    public void Ids_OfTheLinesOfABill_AreUnique()
    {
        const string Own = "plan own from 2025-01-01 standing 5 mode summary product Backup\n" + Tiers;
        var ended = Own.Replace("from 2025-01-01 ", "from 2025-01-01 to 2025-01-20 ", StringComparison.Ordinal);
        var bill = Of($"plan basic from 2025-01-01 standing 1\n{Tiers}child uk\n{Own}child de\n{ended}", "");

        bill.LineItems.Select(line => line.Id).Distinct().Count().ShouldBe(bill.LineItems.Count);
    }

    [Fact]
    public void ChildWithAPlanOfItsOwn_HasNoBillOfItsParentsPlan()
    {
        var basic = On("2025-01-01");
        basic = basic with { AccountPlan = basic.AccountPlan with { ChildBillingMode = ChildBillingMode.Child } };
        DueOf(Family(basic, "uk"), "account-uk").ShouldBe(1);

        var family = Family(basic, "uk").Family!;
        var own = family with { Children = [family.Children[0] with { Plans = [On("2024-01-01", id: "own")] }] };
        DueOf(own.Parent with { Family = own }, "account-uk").ShouldBe(0);
        DueOf(own.Parent with { Family = own }, Account.Id).ShouldBe(1);
    }

    [Fact]
    public void PlanOfAChild_HasThePeriodsOfTheChild()
    {
        var child = new AccountTerms(
            Account with { Id = "account-uk", Code = "uk", BillEpoch = Date("2025-01-15") }, [On("2025-01-01")]);
        var terms = TermsOf() with { Family = new FamilyTerms(TermsOf(), [child]) };

        DueBills.On(Date("2025-02-15"), Organization, terms, RunOverrides.None).Count.ShouldBe(1);
        DueBills.On(Date("2025-02-01"), Organization, terms, RunOverrides.None).ShouldBeEmpty();
    }

    [Fact]
    public void TotalOfAFamily_DoesNotDependOnTheMode() =>
        Gen.Select(Gen.Int[0, 9_999].List[1, 6], Gen.Int[1, 9_999], Gen.Int[0, 2_000], Gen.Bool).Sample(
            (usage, price, edge, isParents) =>
            {
                decimal Total(string mode, string of) => Bill(mode, of, usage, price, edge, isParents).BillTotal;
                var summary = Total("summary", "");
                var byChild = Total("child", "")
                    + usage.Skip(1).Select((_, index) => Total("child", $"of c{index}")).Sum();
                return summary == Total("breakdown", "") && summary == byChild;
            }, iter: 50);

    private static CalculatedBill Bill(
        string mode, string of, List<int> usage, int price, int edge, bool isParents)
    {
        var plan = $"""
            plan basic from 2025-01-01 mode {mode} currency EUR
            price calls tiered
            band from 0 unit 0.{price:0000}
            band from {edge + 1} unit 0.03337 fixed 1.5

            """;
        var children = usage.Skip(1).Select((used, index) =>
            $"child c{index}\n{(isParents ? "" : plan)}usage calls 2025-01-10 {used} account c{index}\n");
        return BillStory.BillOf(
            $"rate EUR USD 1.0837\n{plan}usage calls 2025-01-10 {usage[0]}\n"
                + $"{string.Concat(children)}bill 2025-02-01 {of}");
    }

    private static int DueOf(AccountTerms parent, string accountId) => DueBills.On(
        Date("2025-02-01"), Organization,
        parent.Family!.Children.Append(parent).First(member => member.Account.Id == accountId) with
        {
            Family = parent.Family,
        },
        RunOverrides.None).Count;

    private static AccountTerms Family(AccountPlanTerms plan, string child)
    {
        var parent = TermsOf(plan);
        return parent with
        {
            Family = new FamilyTerms(
                parent, [new AccountTerms(Account with { Id = "account-" + child, Code = child }, [])]),
        };
    }

    private static CalculatedBill Of(string story, string bill, string usage = Usage) =>
        BillStory.BillOf($"{story}{usage}bill 2025-02-01 {bill}");

    private static string LinesOf(string story, string bill, string usage = Usage) => Lines(Of(story, bill, usage));

    private static string Lines(CalculatedBill bill) => string.Join(", ", bill.LineItems.Select(line =>
        $"{line.ChildAccountCode ?? bill.AccountCode} {BillText.Amount(line.Subtotal)}"));
}
