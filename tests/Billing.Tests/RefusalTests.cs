using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class RefusalTests
{
    private static readonly PricingTerms Plain = Price("0: 0 + 1");

    private static readonly PlanTemplate AdHoc = Template with { BillFrequency = BillingFrequency.AdHoc };

    private static readonly Dictionary<string, string> Segment = new() { ["site"] = "UK" };

    public static TheoryData<string, string> Terms => new()
    {
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
    public void Bill_TermsOutsideItsPeriod_DoNotRefuseIt()
    {
        var later = Plain.Pricing with { Id = "later", StartDate = At("2025-02-01"), Segment = Segment };
        var now = Price("0: 0 + 1", to: "2025-02-01");
        Input("2025-02-01", On("2025-01-01", pricings: [now, Plain with { Pricing = later }])).Bill(5)
            .BillTotal.ShouldBe(5m);
    }

    private static BillInput With(string term)
    {
        var input = Input("2025-02-01", On("2025-01-01", pricings: Plain));
        return term switch
        {
            "ad hoc frequency" => input.For(
                input.Terms with { Plans = [.. input.Terms.Plans, On("2025-01-01", template: AdHoc)] }),
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
        var bySite = Calls with { SegmentedFields = ["site"], Segments = [Segment] };
        return term switch
        {
            "unknown segment" => Price("0: 0 + 1", aggregation: bySite),
            "segment of none" => Price("0: 0 + 1", segment: Segment),
            "no bands from 0" => Price("1: 0 + 1"),
            "too large" => Price("0: 79228162514264337593543950335 + 1"),
            _ => throw new ArgumentOutOfRangeException(nameof(term), term, null),
        };
    }
}
