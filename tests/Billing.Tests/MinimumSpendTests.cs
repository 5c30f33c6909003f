using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Pricing.Pricings;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class MinimumSpendTests
{
    [Theory]
    [InlineData(3000, "300.00", "100.00", "400.00")]
    [InlineData(4000, "400.00", null, "400.00")]
    [InlineData(5000, "500.00", null, "500.00")]
    public void Minimum_InArrears_TopsUpTheUsage(int units, string usage, string? topUp, string total) =>
        BillStory.Check($"""
            plan    basic  from 2025-01-01  minimum 400
            price   calls  tiered
            band    from 0  unit 0.10
            usage   calls  2025-02-11  {units}
            bill    2025-03-01
            line    USAGE 2025-02-01..2025-03-01 {usage}
            {(topUp is null ? "" : $"line MINIMUM_SPEND 2025-02-01..2025-03-01 {topUp}")}
            total   {total}
            """);

    [Fact]
    public void Minimum_NoUsageAtAll_IsDueInFull() => BillStory.Check("""
        plan    basic  from 2025-01-01  minimum 400
        price   calls  tiered
        band    from 0  unit 0.10
        bill    2025-03-01
        line    MINIMUM_SPEND 2025-02-01..2025-03-01 400.00
        total   400.00
        """);

    [Theory]
    // The guide prints a refund of 200; then 1,600 would be paid for a minimum of 1,000.
    [InlineData(800, "800.00", "-800.00", "0.00")] //    1,000 + 800 - 800     = 1,000
    [InlineData(1500, "1500.00", "-1000.00", "500.00")] // 1,000 + 1,500 - 1,000 = 1,500
    public void Decision02_RefundOfAnAdvanceMinimum_IsTheUsageUpToTheMinimum(
        int units, string usage, string refund, string rest) => BillStory.Check($"""
            plan    basic  from 2025-02-01  minimum 1000  minimum-timing advance
            price   calls  tiered
            band    from 0  unit 1
            usage   calls  2025-02-11  {units}
            bill    2025-02-01
            line    MINIMUM_SPEND 2025-02-01..2025-03-01 1000.00
            total   1000.00
            bill    2025-03-01
            line    USAGE 2025-02-01..2025-03-01 {usage}
            line    MINIMUM_SPEND 2025-03-01..2025-04-01 1000.00
            line    MINIMUM_SPEND_REFUND 2025-02-01..2025-03-01 {refund}
            total   {BillText.Amount(1000 + Number(rest))}
            """);

    [Fact]
    public void Minimum_AdvanceWithoutUsage_HasNoRefund() => BillStory.Check("""
        plan    basic  from 2025-02-01  minimum 1000  minimum-timing advance
        bill    2025-03-01
        line    MINIMUM_SPEND 2025-03-01..2025-04-01 1000.00
        total   1000.00
        """);

    [Fact]
    public void Decision03_WhatCountsTowardAMinimum_IsUsageBeforeCredits() => BillStory.Check("""
        plan    basic  from 2025-01-01  standing 50  minimum 100
        price   calls  tiered
        band    from 0  unit 1
        price   gifts  tiered  type product-credit
        band    from 0  unit 1
        count   seats  tiered  timing arrears
        band    from 0  unit 5
        seats   seats  2025-01-01  4
        usage   calls  2025-01-11  60
        usage   gifts  2025-01-12  30
        bill    2025-02-01
        line    STANDING_CHARGE 2025-01-01..2025-02-01 50.00
        line    COUNTER_RUNNING_TOTAL_CHARGE 2025-01-01..2025-02-01 20.00
        line    USAGE 2025-01-01..2025-02-01 60.00
        line    USAGE_CREDIT 2025-01-01..2025-02-01 -30.00
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 40.00
        total   140.00
        """);

    [Fact]
    public void Decision03_Minimum_IsProratedByDays() => BillStory.Check("""
        plan    basic  from 2025-04-11  to 2025-06-16  minimum 60
        price   calls  tiered
        band    from 0  unit 1
        usage   calls  2025-04-20  10
        bill    2025-05-01
        line    USAGE 2025-04-11..2025-05-01 10.00
        line    MINIMUM_SPEND 2025-04-11..2025-05-01 30.00  # 60 x 20 / 30 - 10
        total   40.00
        bill    2025-07-01
        line    MINIMUM_SPEND 2025-06-01..2025-06-16 30.00  # 60 x 15 / 30
        total   30.00
        """);

    [Fact]
    public void Minimum_AdvanceFromInsideAPeriod_IsSettledOnTheFirstBill() => BillStory.Check("""
        plan    basic  from 2025-04-11  minimum 60  minimum-timing advance
        price   calls  tiered
        band    from 0  unit 1
        usage   calls  2025-04-20  10
        bill    2025-05-01
        line    USAGE 2025-04-11..2025-05-01 10.00
        line    MINIMUM_SPEND 2025-04-11..2025-05-01 40.00         # the short first period: 60 x 20 / 30
        line    MINIMUM_SPEND 2025-05-01..2025-06-01 60.00
        line    MINIMUM_SPEND_REFUND 2025-04-11..2025-05-01 -10.00
        total   100.00
        bill    2025-06-01
        line    MINIMUM_SPEND 2025-06-01..2025-07-01 60.00
        total   60.00
        """);

    [Theory]
    [InlineData("", "MINIMUM_SPEND 2025-01-01..2025-02-15 35.00", "45.00")] // 31 x (14 / 31 + 31 / 31) - 10
    [InlineData("minimum-timing advance", "MINIMUM_SPEND 2025-01-01..2025-02-15 45.00", "76.00")]
    public void Minimum_EpochAfterTheStart_IsForAllTheTimeBefore(string timing, string line, string total) =>
        BillStory.Check($"""
            plan    basic  from 2025-01-01  epoch 2025-02-15  minimum 31  {timing}
            price   calls  tiered
            band    from 0  unit 1
            usage   calls  2025-01-20  10
            bill    2025-02-15
            line    USAGE 2025-01-01..2025-02-15 10.00
            line    {line}
            {(timing.Length == 0 ? "" : "line MINIMUM_SPEND 2025-02-15..2025-03-15 31.00")}
            {(timing.Length == 0 ? "" : "line MINIMUM_SPEND_REFUND 2025-01-01..2025-02-15 -10.00")}
            total   {total}
            """);

    [Fact]
    public void Minimum_OfAPricing_ComparesItsOwnLines() => BillStory.Check("""
        plan    basic  from 2025-01-01
        price   calls  tiered  minimum 50
        band    from 0  unit 1
        price   bytes  tiered
        band    from 0  unit 1
        usage   calls  2025-01-11  20
        usage   bytes  2025-01-11  100
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 100.00
        line    USAGE 2025-01-01..2025-02-01 20.00
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 30.00
        total   150.00
        """);

    [Fact]
    public void Minimum_OfAPricingForPartOfThePeriod_IsProrated() => BillStory.Check("""
        plan    basic  from 2025-04-01
        price   calls  tiered  minimum 60  to 2025-04-11
        band    from 0  unit 1
        price   calls  tiered  minimum 90  from 2025-04-11  minimum-timing advance
        band    from 0  unit 1
        usage   calls  2025-04-02  5
        usage   calls  2025-04-20  70
        bill    2025-04-01
        total   0.00
        bill    2025-05-01
        line    USAGE 2025-04-01..2025-04-11 5.00
        line    USAGE 2025-04-11..2025-05-01 70.00
        line    MINIMUM_SPEND 2025-04-01..2025-04-11 15.00          # 60 x 10 / 30 - 5
        line    MINIMUM_SPEND 2025-04-11..2025-05-01 60.00          # began after the last bill: 90 x 20 / 30
        line    MINIMUM_SPEND 2025-05-01..2025-06-01 90.00
        line    MINIMUM_SPEND_REFUND 2025-04-11..2025-05-01 -60.00
        total   180.00
        """);

    [Fact]
    public void Minimum_OfAPricingHiddenForAWhile_CountsBothOfItsParts() => BillStory.Check("""
        plan    basic  from 2025-04-01
        price   calls  tiered  of template  minimum 60
        band    from 0  unit 1
        price   calls  tiered  from 2025-04-11  to 2025-04-21
        band    from 0  unit 1
        usage   calls  2025-04-02  5
        usage   calls  2025-04-12  7
        usage   calls  2025-04-22  9
        bill    2025-05-01
        line    USAGE 2025-04-01..2025-04-11 5.00
        line    USAGE 2025-04-11..2025-04-21 7.00
        line    USAGE 2025-04-21..2025-05-01 9.00
        line    MINIMUM_SPEND 2025-04-01..2025-05-01 26.00  # 60 x 20 / 30 - 5 - 9
        total   47.00
        """);

    [Theory]
    [InlineData("", "", 60)] //                    50 for calls, then 60 for all
    [InlineData("minimum-timing advance", "", 60)]
    [InlineData("", "minimum-timing advance", 60)]
    [InlineData("minimum-timing advance", "minimum-timing advance", 60)]
    public void Decision03_MinimumOfThePlan_CountsWhatThatOfThePricingAdds(string ofPlan, string ofPricing, int total)
    {
        // The bill of the start and that of the end, without what the end charges for the next period.
        var story = $"""
            plan    basic  from 2025-01-01  to 2025-02-01  minimum 60  {ofPlan}
            price   calls  tiered  minimum 50  {ofPricing}
            band    from 0  unit 1
            usage   calls  2025-01-11  20
            """;
        var bills = new[] { "2025-01-01", "2025-02-01" }
            .Select(date => BillStory.BillOf($"{story}\nbill {date}").BillTotal);
        bills.Sum().ShouldBe(total);
    }

    [Fact]
    public void Minimum_RoundedUsageLines_AddUpToItExactly() => BillStory.Check("""
        plan    basic  from 2025-01-01  minimum 10
        price   a  tiered
        band    from 0  unit 0.333
        price   b  tiered
        band    from 0  unit 0.333
        price   c  tiered
        band    from 0  unit 0.333
        usage   a  2025-01-11  1
        usage   b  2025-01-11  1
        usage   c  2025-01-11  1
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 0.33
        line    USAGE 2025-01-01..2025-02-01 0.33
        line    USAGE 2025-01-01..2025-02-01 0.33
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 9.01
        total   10.00
        """);

    [Fact]
    public void Minimum_NegativeUsage_IsStillTheLeastToPay() => BillStory.Check("""
        plan    basic  from 2025-01-01  minimum 10
        price   calls  tiered
        band    from 0  unit 1
        usage   calls  2025-01-11  -5
        bill    2025-02-01
        line    USAGE 2025-01-01..2025-02-01 -5.00
        line    MINIMUM_SPEND 2025-01-01..2025-02-01 15.00
        total   10.00
        """);

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData(null, null, true, true)]
    [InlineData(null, false, true, false)]
    [InlineData(true, false, false, true)]
    public void Minimum_InAdvanceFlag_PlanTemplateOrganization(
        bool? plan, bool? template, bool? organization, bool isInAdvance)
    {
        var terms = On("2025-01-01", template: Template with { MinimumSpendBillInAdvance = template });
        terms = terms with { Plan = terms.Plan with { MinimumSpendBillInAdvance = plan } };
        MinimumTerms.IsInAdvance(terms, With(organization)).ShouldBe(isInAdvance);
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(null, true, true)] // no setting of its own is not the setting false
    [InlineData(false, true, false)]
    [InlineData(true, false, true)]
    public void Minimum_InAdvanceFlagOfAPricing_BeforeTheOrganizations(
        bool? pricing, bool? organization, bool isInAdvance) => MinimumTerms.IsInAdvance(
            Price("0: 0 + 1").Pricing with { MinimumSpendBillInAdvance = pricing }, With(organization))
            .ShouldBe(isInAdvance);

    [Fact]
    public void Minimum_OfThePlan_HidesTheTemplatesEvenIfZero()
    {
        var terms = On("2025-01-01", template: Template with { MinimumSpend = 10 });
        Input("2025-02-01", terms).Bill().BillTotal.ShouldBe(10m);
        Input("2025-02-01", terms with { Plan = terms.Plan with { MinimumSpend = 0 } }).Bill().BillTotal.ShouldBe(0m);
    }

    [Theory]
    [InlineData(PricingType.ProductCredit)]
    [InlineData(PricingType.GlobalCredit)]
    public void Minimum_OfAPricingThatCreditsUsage_DoesNotExist(PricingType type) => MinimumTerms.Of(
        Price("0: 0 + 1").Pricing with { Type = type, MinimumSpend = 10 }).ShouldBe(0m);

    [Fact]
    public void Minimum_Lines_TellWhatTheyAreAndWhatCounted()
    {
        var priced = Price("0: 0 + 1");
        var terms = On("2025-01-11", template: Template with { MinimumSpend = 62 }, pricings: priced with
        {
            Pricing = priced.Pricing with { MinimumSpend = 31 },
        });
        var lines = Input("2025-02-01", terms with
        {
            Plan = terms.Plan with { MinimumSpendAccountingProductId = "least" },
        }).Bill(5).LineItems.Where(line => line.LineItemType == LineItemType.MinimumSpend).ToList();

        lines.Select(line => (line.Description, line.PricingId, line.Subtotal)).ShouldBe(
        [
            ("Storage Minimum Spend Adjustment", null, 21m), // 62 x 21 / 31 - 5 - 16
            ("API calls Minimum Spend Adjustment", "pricing-1", 16m), // 31 x 21 / 31 - 5
        ]);
        lines.ShouldAllBe(line => line.Quantity == 1 && line.Unit == "" && line.AccountingProductId == "least"
            && line.ProductId == "product-1" && line.PlanId == "plan-1");
        lines[1].Additional!.Select(fact => (fact.Key, fact.Value))
            .ShouldBe([("amount", 31m), ("daysActive", 21m), ("daysInPeriod", 31m), ("usage", 5m)]);
    }

    [Fact]
    public void Minimum_ConfiguredDescriptions_ReplaceTheDefaults()
    {
        var priced = Price("0: 0 + 1");
        var template = Template with { MinimumSpend = 62, MinimumSpendDescription = "Of the template" };
        var terms = On("2025-01-11", template: template, pricings: priced with
        {
            Pricing = priced.Pricing with { MinimumSpend = 31, MinimumSpendDescription = "At least" },
        });
        Descriptions(terms).ShouldBe(["Of the template", "At least"]);
        Descriptions(terms with { Plan = terms.Plan with { MinimumSpendDescription = "Of the plan" } })
            .ShouldBe(["Of the plan", "At least"]);
    }

    [Theory]
    [InlineData("1000", "800", "800")]
    [InlineData("1000", "1500", "1000")]
    [InlineData("1000", "0", "0")]
    [InlineData("1000", "-5", "-5")] // a net correction: the minimum stays the least to pay
    public void Decision02_Refund_IsOneFormula(string due, string spent, string refund) =>
        MinimumSpend.RefundOf(Number(due), Number(spent)).ShouldBe(Number(refund));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DueBills_MinimumInAdvanceAtTheStart_MakesABillDue(bool ofPricing)
    {
        var pricing = Price("0: 0 + 1").Pricing with
        {
            MinimumSpend = ofPricing ? 5 : 0,
            MinimumSpendBillInAdvance = true,
        };
        var template = Template with { MinimumSpend = ofPricing ? 0 : 5, MinimumSpendBillInAdvance = true };
        var input = Input("2025-01-01", On("2025-01-01", template: template, pricings: Price("0: 0 + 1") with
        {
            Pricing = pricing,
        }));
        DueBills.On(Date("2025-01-01"), Organization, input.Terms, RunOverrides.None).Count.ShouldBe(1);
        input.Bill().ShouldHaveLines("MINIMUM_SPEND 2025-01-01..2025-02-01 5.00");
    }

    private static OrganizationConfig With(bool? inAdvance) =>
        Organization with { MinimumSpendBillInAdvance = inAdvance };

    private static IEnumerable<string> Descriptions(AccountPlanTerms terms) => Input("2025-02-01", terms).Bill(5)
        .LineItems.Where(line => line.LineItemType == LineItemType.MinimumSpend).Select(line => line.Description);
}
