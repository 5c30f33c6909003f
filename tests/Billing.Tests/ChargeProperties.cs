using CsCheck;
using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Pricings;
using Tallystick.Testing;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>What holds for counters, minimum spends, usage credits and shares of periods, whatever the terms.</summary>
public sealed class ChargeProperties
{
    private static readonly LocalDate First = Date("2025-03-01");

    // In a currency with the most places, so that rounding hardly matters.
    private static readonly Currency Fine = new() { Id = "fin", Name = "Fine", Code = "FIN", MaxDecimalPlaces = 5 };

    [Fact]
    public void Counter_AllProrated_CostsThePriceOfEachDay() => Gen.Select(
        Gen.Select(Gen.Int[1, 60], Gen.Int[0, 30]).List[1, 8], Gen.Bool, Gen.Bool, Gen.Int[1, 40], Gen.Int[0, 30])
        .Sample((days, inAdvance, cumulative, edge, start) =>
        {
            var terms = Counted(days, inAdvance, cumulative, edge, start);
            var charged = new[] { "2025-03-01", "2025-04-01", "2025-05-01" }
                .SelectMany(date => Of(terms, date).LineItems)
                .Where(line => line.ServicePeriodEndDate <= At("2025-05-01"))
                .Sum(line => line.Subtotal);

            var expected = Fraction.Zero;
            for (var day = First.PlusDays(start); day < Date("2025-05-01"); day = day.PlusDays(1))
            {
                var value = terms.CounterAdjustments.Where(one => one.Date <= day).MaxBy(one => one.Date)?.Value ?? 0;
                var month = First <= day && day < Date("2025-04-01") ? 31 : 30;
                expected += PriceOf(value, cumulative, edge) / (decimal)month;
            }
            // Each of at most 11 lines is rounded by at most half of the smallest unit.
            return Math.Abs(charged - expected.Round(7, RoundingMode.HalfUp)) <= 0.00006m;
        });

    [Fact]
    public void Minimum_WithItsUsage_IsTheGreaterOfTheTwo() => Gen.Select(
        Gen.Int[-20_000, 20_000], Gen.Int[0, 10_000], Gen.Int[0, 10_000], Gen.Bool, Gen.Bool, Gen.Int[0, 30])
        .Sample((thousandths, ofPlan, ofPricing, planInAdvance, pricingInAdvance, start) =>
        {
            var usage = thousandths / 1000m;
            var priced = Price("0: 0 + 1");
            var terms = On("2025-03-01", template: Template with
            {
                MinimumSpend = ofPlan / 100m,
                MinimumSpendBillInAdvance = planInAdvance,
            }) with
            {
                Pricings = [priced with
                {
                    Pricing = priced.Pricing with
                    {
                        MinimumSpend = ofPricing / 100m,
                        MinimumSpendBillInAdvance = pricingInAdvance,
                    },
                }],
            };
            terms = terms with
            {
                AccountPlan = terms.AccountPlan with
                {
                    StartDate = At("2025-03-01") + Duration.FromDays(start),
                    EndDate = At("2025-04-01"),
                },
            };
            var total = new[] { "2025-03-01", "2025-04-01" }.Sum(date => Input(date, terms).Bill(usage).BillTotal);
            decimal Share(int amount) => Rounded((Fraction)(amount / 100m) * (31 - start) / 31m);
            var least = Math.Max(Math.Max(Rounded(usage), Share(ofPricing)), Share(ofPlan));
            return total == least;
        });

    [Fact]
    public void UsageCredits_OfAnySize_MakeNoBillNegativeAndAreSharedExactly() => Gen.Select(
        Gen.Select(Gen.Int[0, 4_000], Gen.OneOf(Gen.Const("USD"), Gen.Const("EUR"), Gen.Const("JPY"))).List[1, 4],
        Gen.Select(Gen.Int[0, 9_000], Gen.Bool, Gen.OneOf(Gen.Const("USD"), Gen.Const("EUR"), Gen.Const("JPY")))
            .List[1, 3])
        .Sample((charges, credits) =>
        {
            var plans = charges.Select((charge, index) => On(
                    "2025-03-01", id: $"c{index}",
                    template: Template with { StandingCharge = charge.Item1 / 100m, Currency = charge.Item2 }))
                .Concat(credits.Select((credit, index) => On(
                    "2025-03-01", id: $"u{index}", template: Template with { Currency = credit.Item3 },
                    pricings: Credit($"u{index}", credit.Item1, credit.Item2))));
            var bill = (Input("2025-04-01", [.. plans]) with
            {
                Organization = Organization with
                {
                    CurrencyConversions =
                    [
                        new() { From = "EUR", To = "USD", Multiplier = 1.0837m },
                        new() { From = "JPY", To = "USD", Multiplier = 0.00671m },
                    ],
                },
            }).Bill(1);
            var charged = bill.LineItems.Where(line => line.LineItemType == LineItemType.StandingCharge)
                .Sum(line => line.ConvertedSubtotal);
            return bill.BillTotal >= 0 && bill.BillTotal <= charged
                && bill.LineItems.Sum(line => line.ConvertedSubtotal) == bill.BillTotal
                && bill.LineItems.Where(line => line.UsagePerPricingBand is not null).All(line =>
                    line.UsagePerPricingBand!.Sum(band => band.BandSubtotal) == line.Subtotal
                    && line.UsagePerPricingBand!.Sum(band => band.ConvertedBandSubtotal) == line.ConvertedSubtotal);
        });

    [Fact]
    public void Apportion_OfAnyAmount_AddsUpAndStaysWithinTheWeights() => Gen.Select(
        Gen.Int[0, 5_000].List[1, 8], Gen.Int[0, 100]).Sample((cents, percent) =>
        {
            List<decimal> weights = [.. cents.Select(cent => cent / 100m)];
            var amount = Rounded((Fraction)weights.Sum() * percent / 100m);
            var parts = Apportion.ByWeight(amount, weights, places: 2);
            return parts.Sum() == amount
                && parts.Zip(weights).All(pair => pair.First >= 0 && pair.First <= pair.Second);
        });

    [Fact]
    public void SpanPlan_AnyUsage_CostsOverAllPeriodsWhatTheWholeCosts() => Gen.Select(
        Gen.Int[0, 500].List[3, 3], Gen.Int[1, 600]).Sample((used, edge) =>
        {
            var priced = Price($"0: 1 + 2; {edge}: 3 + 1");
            priced = priced with { Pricing = priced.Pricing with { TiersSpanPlan = true } };
            var terms = On("2025-01-01", pricings: priced);
            decimal Until(Window window) => Enumerable.Range(0, 3)
                .Where(month => window.Start <= At($"2025-0{month + 1}-10") && At($"2025-0{month + 1}-10") < window.End)
                .Sum(month => used[month]);
            var billed = new[] { "2025-02-01", "2025-03-01", "2025-04-01" }
                .Sum(date => Input(date, terms).Bill(need => Until(need.Window)).BillTotal);
            var units = used.Sum();
            return billed == (units > edge ? 1 + (2 * edge) + 3 + (units - edge) : 1 + (2 * units));
        });

    [Theory]
    [InlineData("nectar")]
    [InlineData("opal")]
    [InlineData("pebble")]
    [InlineData("quartz")]
    public void Bill_InputsInAnyOrder_IsTheSameByteForByte(string company)
    {
        var story = File.ReadAllText(Path.Combine(
            Repository.Root, "tests", "Billing.Tests", "Golden", company + ".story"));
        var input = BillStory.InputOf(story);
        var expected = Json(input.Bill(7));
        Gen.Int[0, 1_000_000].Sample(
            seed => Json(input.For(Shuffled(input.Terms, new Random(seed))).Bill(7)) == expected, iter: 20);
    }

    private static AccountTerms Shuffled(AccountTerms terms, Random order) => terms with
    {
        Plans = [.. terms.Plans.OrderBy(_ => order.Next()).Select(plan => plan with
        {
            Pricings = [.. plan.Pricings.OrderBy(_ => order.Next())],
            CounterPricings = [.. plan.CounterPricings.OrderBy(_ => order.Next())],
        })],
        CounterAdjustments = [.. terms.CounterAdjustments.OrderBy(_ => order.Next())],
    };

    private static AccountTerms Counted(
        IReadOnlyList<(int, int)> days, bool inAdvance, bool cumulative, int edge, int start)
    {
        var pricing = new CounterPricing
        {
            Id = "counting",
            PlanId = "plan-1",
            CounterId = "seats",
            StartDate = At("2020-01-01"),
            Cumulative = cumulative,
            RunningTotalBillInAdvance = inAdvance,
            PricingBands =
            [
                new PricingBand { LowerLimit = 0, FixedPrice = 1, UnitPrice = 2 },
                new PricingBand { LowerLimit = edge, FixedPrice = 0.5m, UnitPrice = 1.5m },
            ],
        };
        var plan = On("2025-03-01", "2025-05-01", Template with { Currency = "FIN" });
        plan = plan with
        {
            AccountPlan = plan.AccountPlan with { StartDate = At("2025-03-01") + Duration.FromDays(start) },
            CounterPricings =
                [new CounterPricingTerms(pricing, new Counter { Id = "seats", Name = "Seats", Unit = "seat" })],
        };
        return TermsOf(plan) with
        {
            CounterAdjustments =
            [
                .. days.DistinctBy(day => day.Item1).Select(day => new CounterAdjustment
                {
                    Id = $"adjustment-{day.Item1}",
                    AccountId = Account.Id,
                    CounterId = "seats",
                    Date = First.PlusDays(day.Item1 - 5),
                    Value = day.Item2,
                }),
            ],
        };
    }

    private static CalculatedBill Of(AccountTerms terms, string billDate) => (Input(billDate) with
    {
        Terms = terms,
        Organization = Organization with { Currency = "FIN" },
        Currencies = [Fine],
    }).Bill();

    private static Fraction PriceOf(int value, bool cumulative, int edge) => (value, cumulative) switch
    {
        (0, _) => Fraction.Zero,
        (_, true) => value > edge ? 1.5m + (2m * edge) + (1.5m * (value - edge)) : 1 + (2m * value),
        (_, false) => value > edge ? 0.5m + (1.5m * value) : 1 + (2m * value),
    };

    private static PricingTerms Credit(string id, int cents, bool isGlobal)
    {
        var priced = Price($"0: {cents / 100m} + 0", id: $"pricing-{id}");
        return priced with
        {
            Pricing = priced.Pricing with { Type = isGlobal ? PricingType.GlobalCredit : PricingType.ProductCredit },
        };
    }

    private static decimal Rounded(Fraction amount) => amount.Round(2, RoundingMode.HalfUp);
}
