using CsCheck;
using NodaTime;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.Organizations;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class BillProperties
{
    private static readonly Gen<AccountPlanTerms> AnyPlan = Gen.Select(
        Gen.Int[0, 100], Gen.Int[0, 40_000], Gen.OneOf(Gen.Const("USD"), Gen.Const("EUR"), Gen.Const("JPY")),
        Gen.Bool, Gen.Int[1, 3], Gen.Int[0, 40], Gen.Int[0, 3], Gen.Int[1, 9_999]).Select(PlanOf);

    private static readonly Gen<BillInput> AnyInput = AnyPlan.List[1, 4].Select(plans =>
    {
        var named = plans.Select((terms, index) => Named(terms, $"{index}")).ToList();
        return Input("2025-04-01", named) with
        {
            Organization = Organization with
            {
                CurrencyConversions =
                [
                    new CurrencyConversion { From = "EUR", To = "USD", Multiplier = 1.0837m },
                    new CurrencyConversion { From = "JPY", To = "USD", Multiplier = 0.00671m },
                ],
            },
        };
    });

    [Fact]
    public void ConvertedLines_AnyBill_SumToTheTotal() => AnyInput.Sample(input =>
    {
        var bill = input.Bill(UsageOf);
        return bill.LineItems.Sum(line => line.ConvertedSubtotal) == bill.BillTotal
            && bill.LineItems.Where(line => line.UsagePerPricingBand is not null).All(line =>
                line.UsagePerPricingBand!.Sum(band => band.BandSubtotal) == line.Subtotal
                && line.UsagePerPricingBand!.Sum(band => band.ConvertedBandSubtotal) == line.ConvertedSubtotal);
    });

    [Fact]
    public void Bill_InputsShuffled_IsTheSameByteForByte() =>
        Gen.Select(AnyInput, Gen.Int[0, 1_000_000]).Sample((input, seed) =>
        {
            var shuffled = input with
            {
                Terms = input.Terms with
                {
                    Plans = [.. Shuffle(input.Terms.Plans, seed).Select(terms =>
                        terms with { Pricings = [.. Shuffle(terms.Pricings, seed)] })],
                },
                Currencies = [.. Shuffle(input.Currencies, seed)],
            };
            return Json(input.Bill(UsageOf)) == Json(shuffled.Bill(UsageOf))
                && BillCalculation.Begin(input).Needs.SequenceEqual(BillCalculation.Begin(shuffled).Needs);
        });

    [Fact]
    public void Bill_CalculatedAgain_IsIdentical() =>
        AnyInput.Sample(input => Json(input.Bill(UsageOf)) == Json(input.Bill(UsageOf)));

    [Fact]
    public void Needs_OfAPlan_CoverItsActiveTimeOnce() => AnyInput.Sample(input =>
        input.Terms.Plans.All(plan =>
        {
            var alone = BillCalculation.Begin(input.For(input.Terms with { Plans = [plan] }));
            var windows = alone.Needs.Select(need => need.Window).OrderBy(window => window.Start).ToList();
            return windows[^1].End == At("2025-04-01")
                && windows.Zip(windows.Skip(1)).All(pair => pair.First.End == pair.Second.Start);
        }));

    private static AccountPlanTerms PlanOf(
        int startDay, int charge, string currency, bool inAdvance, int interval, int edge, int change, int price)
    {
        var changed = At("2025-03-05") + Duration.FromDays(change * 5);
        var first = Price($"0: 1 + 0.{price:0000}; {edge + 1}: 0.5 + 0.333");
        var second = Price($"0: 0 + 0.{price:0000}", cumulative: false);
        return On("2025-01-01", template: Template with
        {
            Currency = currency,
            StandingCharge = charge / 1000m,
            StandingChargeBillInAdvance = inAdvance,
            StandingChargeInterval = interval,
        }) with
        {
            AccountPlan = On("2024-12-20").AccountPlan with
            {
                StartDate = At("2024-12-20") + Duration.FromHours(startDay * 20),
            },
            Pricings =
            [
                first with { Pricing = first.Pricing with { EndDate = changed } },
                second with { Pricing = second.Pricing with { StartDate = changed } },
            ],
        };
    }

    private static AccountPlanTerms Named(AccountPlanTerms terms, string id) => terms with
    {
        AccountPlan = terms.AccountPlan with { Id = "accountplan-" + id },
        Plan = terms.Plan with { Id = "plan-" + id, Code = "same" },
        Pricings = [.. terms.Pricings.Select((pricing, index) => pricing with
        {
            Pricing = pricing.Pricing with { Id = $"pricing-{id}-{index}" },
        })],
    };

    private static decimal? UsageOf(UsageNeed need) => need.Window.Start.ToUnixTimeSeconds() % 1000 / 7m;

    private static IEnumerable<T> Shuffle<T>(IReadOnlyList<T> items, int seed)
    {
        var order = new Random(seed);
        return items.OrderBy(_ => order.Next());
    }
}
