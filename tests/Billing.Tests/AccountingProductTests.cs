using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Pricing.Pricings;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// The product to which each type of line is attributed for accounting (reference 3): the first that is defined. Usage,
/// standing charges, minimum spends, balances and charges are next to their other tests.
/// </summary>
public sealed class AccountingProductTests
{
    [Theory]
    [InlineData("draws", "fees", "both", "draws", "fees")] // the one for draws or fees
    [InlineData(null, null, "both", "both", "both")] // else that of the commitment
    [InlineData(null, null, null, null, null)] // else none
    public void Commitment_DrawsAndFees_HaveTheirOwnBeforeThatOfTheCommitment(
        string? ofDraws, string? ofFees, string? ofCommitment, string? drawn, string? fee)
    {
        var input = BillStory.InputOf("""
            plan       basic    from 2025-01-01  standing 100
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 1200  plan basic
            bill       2025-02-01
            """);
        var commitment = input.Terms.Commitments.Single() with
        {
            DrawdownsAccountingProductId = ofDraws,
            FeesAccountingProductId = ofFees,
            AccountingProductId = ofCommitment,
        };

        Of(input.For(input.Terms with { Commitments = [commitment] })).ShouldBe(
        [
            (LineItemType.StandingCharge, "product-1", 100),
            (LineItemType.CommitmentConsumed, drawn, -100),
            (LineItemType.CommitmentFee, fee, 100),
        ]);
    }

    [Fact]
    public void Surcharge_OfUsageWithDifferentProducts_IsALineForEach() => OfOverage("percent 10").ShouldBe(
    [
        (LineItemType.Usage, "of bytes", 100),
        (LineItemType.Usage, "of calls", 300),
        (LineItemType.OverageSurcharge, "of bytes", 9), // 90 x 10 percent
        (LineItemType.OverageSurcharge, "of calls", 30),
        (LineItemType.CommitmentConsumed, null, -10),
    ]);

    [Fact]
    public void OverageUsage_HasTheProductOfItsUsage() => OfOverage("separate yes").ShouldBe(
    [
        (LineItemType.Usage, "of bytes", 10),
        (LineItemType.OverageUsage, "of bytes", 90),
        (LineItemType.OverageUsage, "of calls", 300),
        (LineItemType.CommitmentConsumed, null, -10),
    ]);

    [Theory]
    [InlineData("seats", "seats")]
    [InlineData(null, "product-1")]
    public void Counters_HaveThatOfTheirPricingBeforeTheProductOfThePlan(string? ofPricing, string expected)
    {
        var input = BillStory.InputOf("""
            plan   team   from 2025-06-01
            count  seats  tiered  timing arrears
            band   from 0  unit 2
            seats  seats  2025-06-01  10
            seats  seats  2025-06-16  15
            seats  seats  2025-06-21  12
            bill   2025-07-01
            """);
        var priced = input.With(terms => terms with
        {
            CounterPricings =
            [
                .. terms.CounterPricings.Select(one =>
                    one with { Pricing = one.Pricing with { AccountingProductId = ofPricing } }),
            ],
        });

        Of(priced).ShouldBe(
        [
            (LineItemType.CounterRunningTotalCharge, expected, 20),
            (LineItemType.CounterAdjustmentDebit, expected, 5), // 5 x 2 x 15 / 30
            (LineItemType.CounterAdjustmentCredit, expected, -2), // 3 x 2 x 10 / 30
        ]);
    }

    [Theory]
    [InlineData("standing", "minimum")]
    [InlineData(null, null)] // a plan group has no product
    public void ChargesOfAPlanGroup_HaveThoseOfTheGroup(string? ofStanding, string? ofMinimum)
    {
        var input = BillStory.InputOf("""
            group  bundle   from 2025-01-01  standing 5  minimum 100
            plan   storage  group bundle
            bill   2025-02-01
            """);
        var group = input.Terms.GroupPlans.Single();
        var changed = group with
        {
            Group = group.Group with
            {
                StandingChargeAccountingProductId = ofStanding,
                MinimumSpendAccountingProductId = ofMinimum,
            },
        };

        Of(input.For(input.Terms with { GroupPlans = [changed] })).ShouldBe(
        [
            (LineItemType.StandingCharge, ofStanding, 5), (LineItemType.MinimumSpend, ofMinimum, 100),
        ]);
    }

    [Theory]
    [InlineData("pricing", "aggregation", "pricing")]
    [InlineData(null, "aggregation", "aggregation")]
    [InlineData(null, null, "product-1")]
    public void UsageCredit_HasThatOfPricingAggregationOrPlan(string? pricing, string? aggregation, string expected)
    {
        var gifts = Price("0: 0 + 1", aggregation: Calls with { AccountingProductId = aggregation });
        gifts = gifts with
        {
            Pricing = gifts.Pricing with
            {
                AccountingProductId = pricing,
                Type = PricingType.ProductCredit,
            },
        };
        var terms = On("2025-01-01", template: Template with { StandingCharge = 10 }, pricings: gifts);

        Of(Input("2025-02-01", terms), usage: 4).ShouldBe(
            [(LineItemType.StandingCharge, "product-1", 10), (LineItemType.UsageCredit, expected, -4)]);
    }

    // Of 100.00 for bytes and 300.00 for calls, in this order, 10.00 are covered.
    private static IEnumerable<(LineItemType, string?, decimal)> OfOverage(string overage)
    {
        var input = BillStory.InputOf($"""
            plan       basic    from 2025-01-01
            price      bytes    tiered
            band       from 0   unit 1
            price      calls    tiered
            band       from 0   unit 3
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 10  {overage}
            bill       2025-02-01
            """);
        return Of(input.With(WithProducts), usage: 100);
    }

    private static AccountPlanTerms WithProducts(AccountPlanTerms terms) => terms with
    {
        Pricings =
        [
            .. terms.Pricings.Select(one => one with
            {
                Pricing = one.Pricing with { AccountingProductId = $"of {one.Aggregation.Name}" },
            }),
        ],
    };

    private static IEnumerable<(LineItemType, string?, decimal)> Of(BillInput input, decimal? usage = null) =>
        input.Bill(usage).LineItems.Select(line => (line.LineItemType, line.AccountingProductId, line.Subtotal));
}
