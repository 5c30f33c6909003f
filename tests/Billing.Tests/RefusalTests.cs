using AccountPlan = Tallystick.Billing.Accounts.AccountPlan;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class RefusalTests
{
    private static readonly PricingTerms Plain = Price("0: 0 + 1");

    private static readonly PlanTemplate AdHoc = Template with { BillFrequency = BillingFrequency.AdHoc };

    public static TheoryData<string, string> Terms => new()
    {
        { "plan minimum", "account plan accountplan-1 (plan plan-1): this version cannot bill minimum spend" },
        { "template minimum", "minimum spend (minimumSpend of the plan or its template)" },
        { "pricing minimum", "plan plan-1, pricing pricing-1: this version cannot bill minimum spend" },
        { "product credit", "usage credits (type PRODUCT_CREDIT)" },
        { "global credit", "usage credits (type GLOBAL_CREDIT)" },
        { "tiers span plan", "tiers that span the plan (tiersSpanPlan)" },
        { "plan group", "plan groups (planGroupId group-1)" },
        { "contract", "account plans of a contract (contractId)" },
        { "parent", "accounts with a parent or children (parentAccountId)" },
        { "children", "accounts with a parent or children (parentAccountId)" },
        { "consolidated", "consolidated bills (consolidateBills of the organization)" },
        { "ad hoc frequency", "the billFrequency AD_HOC" },
        { "unknown zone", "unknown time zone 'Mars'" },
        { "unknown segment", "its segment is not a segment of its aggregation" },
        { "segment of none", "it prices a segment, but its aggregation has none" },
        { "overlap", "pricings pricing-1 and pricing-2 price the same usage at the same time" },
        { "no bands from 0", "pricing pricing-1: the lowest pricing band must have lowerLimit 0" },
        { "out of range", "is outside the supported calendar" },
        { "too large", "has too many digits to be billed exactly" },
    };

    [Theory]
    [MemberData(nameof(Terms))]
    public void Bill_TermNotBilled_IsRefusedNamingIt(string term, string message) =>
        Should.Throw<BillRefusedException>(() => With(term).Bill(5)).Message.ShouldSatisfyAllConditions(
            text => text.ShouldContain(message),
            text => text.ShouldMatch("^Account acme[,:]"));

    [Fact]
    public void Bill_PlanMinimumOfZero_HidesTheTemplatesAndIsBilled()
    {
        var terms = On("2025-01-01", template: Template with { MinimumSpend = 10 }, pricings: Plain);
        Input("2025-02-01", terms with { Plan = terms.Plan with { MinimumSpend = 0 } }).Bill(5).BillTotal.ShouldBe(5m);
    }

    [Fact]
    public void Bill_TermsOutsideItsPeriod_DoNotRefuseIt()
    {
        var later = Plain.Pricing with { Id = "later", StartDate = At("2025-02-01"), TiersSpanPlan = true };
        var now = Price("0: 0 + 1", to: "2025-02-01");
        var ended = On("2024-01-01", "2024-06-01", Template with { MinimumSpend = 10 }, id: "2");
        Input("2025-02-01", On("2025-01-01", pricings: [now, Plain with { Pricing = later }]), ended).Bill(5)
            .BillTotal.ShouldBe(5m);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bill_MinimumDueInAdvanceAtTheStart_IsRefusedNotForgotten(bool ofPricing)
    {
        var pricing = Plain.Pricing with { MinimumSpend = ofPricing ? 5 : 0, MinimumSpendBillInAdvance = true };
        var template = Template with { MinimumSpend = ofPricing ? 0 : 5, MinimumSpendBillInAdvance = true };
        var priced = Plain with { Pricing = pricing };
        var input = Input("2025-01-01", On("2025-01-01", template: template, pricings: priced));
        DueBills.On(Date("2025-01-01"), Organization, input.Terms, RunOverrides.None)
            .Count.ShouldBe(1);
        Should.Throw<BillRefusedException>(() => input.Bill()).Message.ShouldContain("minimum spend");
    }

    [Fact]
    public void DueBills_AccountPlanWithoutBillDates_IsRefusedNotForgotten() =>
        Should.Throw<BillRefusedException>(() => DueBills.On(
            Date("2025-02-01"), Organization, Grouped(Group()), RunOverrides.None));

    [Fact]
    public void DueBills_PlanGroupEndedLongAgo_IsNoHindrance() =>
        DueBills.On(
            Date("2025-02-01"), Organization, Grouped(Group() with { EndDate = At("2024-01-31") }), RunOverrides.None)
            .ShouldBeEmpty();

    private static AccountTerms Grouped(AccountPlan group) => TermsOf() with { GroupPlans = [group] };

    private static AccountPlan Group() => new()
    {
        Id = "accountplan-group",
        AccountId = Account.Id,
        PlanGroupId = "group-1",
        StartDate = At("2023-01-01"),
    };

    private static BillInput With(string term)
    {
        var input = Input("2025-02-01", On("2025-01-01", pricings: Plain));
        return term switch
        {
            "plan minimum" => input.With(terms => terms with { Plan = terms.Plan with { MinimumSpend = 0.01m } }),
            "template minimum" => input.With(terms => terms with { Template = Template with { MinimumSpend = 1 } }),
            "contract" => input.With(terms => terms with { AccountPlan = terms.AccountPlan with { ContractId = "c" } }),
            "ad hoc frequency" => input.For(
                input.Terms with { Plans = [.. input.Terms.Plans, On("2025-01-01", template: AdHoc)] }),
            "plan group" => input.For(input.Terms with { GroupPlans = [Group()] }),
            "parent" => input.For(account => account with { ParentAccountId = "parent" }),
            "children" => input.For(input.Terms with { HasChildren = true }),
            "consolidated" => input with { Organization = Organization with { ConsolidateBills = true } },
            "unknown zone" => input with { Organization = Organization with { Timezone = "Mars" } },
            "overlap" => input.With(terms => terms with { Pricings = [Plain, Price("0: 0 + 2", id: "pricing-2")] }),
            "out of range" => OutOfRange(input),
            _ => input.With(terms => terms with { Pricings = [PricingWith(term)] }),
        };
    }

    private static BillInput OutOfRange(BillInput input)
    {
        var last = Date("9999-12-31");
        var inAdvance = Template with { StandingCharge = 1, StandingChargeBillInAdvance = true };
        var dated = input with { Run = input.Run with { BillDate = last } };
        return dated.With(terms => terms with
        {
            Template = inAdvance,
            AccountPlan = terms.AccountPlan with { BillEpoch = last },
        });
    }

    private static PricingTerms PricingWith(string term)
    {
        var segment = new Dictionary<string, string> { ["site"] = "UK" };
        var bySite = Calls with { SegmentedFields = ["site"], Segments = [segment] };
        return term switch
        {
            "pricing minimum" => Plain with { Pricing = Plain.Pricing with { MinimumSpend = 1 } },
            "product credit" => Plain with { Pricing = Plain.Pricing with { Type = PricingType.ProductCredit } },
            "global credit" => Plain with { Pricing = Plain.Pricing with { Type = PricingType.GlobalCredit } },
            "tiers span plan" => Plain with { Pricing = Plain.Pricing with { TiersSpanPlan = true } },
            "unknown segment" => Price("0: 0 + 1", aggregation: bySite),
            "segment of none" => Price("0: 0 + 1", segment: segment),
            "no bands from 0" => Price("1: 0 + 1"),
            "too large" => Price("0: 79228162514264337593543950335 + 1"),
            _ => throw new ArgumentOutOfRangeException(nameof(term), term, null),
        };
    }
}
