using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Pricing.Pricings;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// January had 10 calls for 10.00 and is locked; now it has 17 calls. They are billed only if they are measured and
/// priced as the locked bill did.
/// </summary>
public sealed class LateTermsTests
{
    private static readonly Account Uk = Scenario.Account with { Id = "account-uk", Code = "uk" };

    [Theory]
    [InlineData("nothing", "7.00")]
    [InlineData("price", "7.00")]
    [InlineData("version of the aggregation", "")]
    [InlineData("type", "")]
    [InlineData("tiers that span the plan", "")]
    [InlineData("cumulative", "")]
    [InlineData("child joined", "")]
    [InlineData("basis of an earlier version", "")]
    public void LateUsage_AfterAChangeOf_IsBilledOnlyAtTheTermsOfTheLockedBill(string change, string late)
    {
        var before = Terms();
        var after = change switch
        {
            "price" => Terms(pricing => pricing with { PricingBands = Price("0: 0 + 5").Pricing.PricingBands }),
            "version of the aggregation" => Terms(version: 2),
            "type" => Terms(pricing => pricing with { Type = PricingType.GlobalCredit }),
            "tiers that span the plan" => Terms(pricing => pricing with { TiersSpanPlan = true }),
            "cumulative" => Terms(pricing => pricing with { Cumulative = false }),
            "child joined" => WithChild(before),
            _ => before,
        };

        Late(before, after, change.StartsWith("basis", StringComparison.Ordinal)).ShouldBe(late);
    }

    [Fact]
    public void LateUsage_AfterAChildLeft_IsReportedOnly() => Late(WithChild(Terms()), Terms()).ShouldBe("");

    private static AccountTerms Terms(Func<PlanPricing, PlanPricing>? change = null, int version = 1)
    {
        var price = Price("0: 0 + 1", aggregation: Calls with { Version = version });
        return TermsOf(On(
            "2025-01-01", template: Template with { StandingCharge = 30 },
            pricings: price with { Pricing = change?.Invoke(price.Pricing) ?? price.Pricing }));
    }

    private static AccountTerms WithChild(AccountTerms parent) =>
        parent with { Family = new FamilyTerms(parent, [new AccountTerms(Uk, [])]) };

    private static string Late(AccountTerms before, AccountTerms after, bool isOlder = false)
    {
        var january = InputOf("2025-02-01", before);
        var bill = january.Bill(_ => 10);
        var overrides = january.Run.Overrides.Kept(january.Organization, bill);
        var locked = StoredBill.Of(bill.ToBill(At("2025-02-01"), At("2025-02-01"), null) with { Locked = true }, null)
            with
        {
            Run = january.Run with
            {
                Overrides = isOlder
                        ? overrides with { Prices = [.. overrides.Prices!.Select(one => one with { Measured = null })] }
                        : overrides,
            },
        };
        var march = InputOf("2025-03-01", after with { StoredBills = [locked] });
        return string.Join(", ", march.Bill(need => need.Window.Start == At("2025-01-01") ? 17 : 0).LineItems
            .Where(line => line.LineItemType == LineItemType.ManualAdjustment)
            .Select(line => BillText.Amount(line.Subtotal)));
    }

    private static BillInput InputOf(string date, AccountTerms terms) => Input(date, terms.Plans).For(terms) with
    {
        Organization = Organization with { LateUsageDays = 90 },
    };
}
