using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Plans;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class ConversionTests
{
    private static readonly PlanTemplate InEuro = Template with { Currency = "EUR", StandingCharge = 10.005m };

    private static readonly IReadOnlyList<CurrencyConversion> Rates =
    [
        new CurrencyConversion { From = "EUR", To = "USD", Multiplier = 1.0755m },
        new CurrencyConversion { From = "EUR", To = "JPY", Multiplier = 161.3m },
        new CurrencyConversion { From = "USD", To = "GBP", Multiplier = 0.8m },
    ];

    [Fact]
    public void Conversion_LineInAnotherCurrency_IsRoundedConvertedAndRounded()
    {
        var bill = Euro().Bill();
        var line = bill.LineItems.Single();
        // 10.005 -> 10.01 EUR; x 1.0755 = 10.765755 -> 10.77 USD
        (line.Subtotal, line.Currency, line.ConversionRate, line.ConvertedSubtotal)
            .ShouldBe((10.01m, "EUR", 1.0755m, 10.77m));
        (bill.Currency, bill.BillTotal).ShouldBe(("USD", 10.77m));
        bill.CurrencyConversions!.Single().ShouldBe(Rates[0]);
    }

    [Fact]
    public void Conversion_SameCurrency_HasRateOneAndNoConversions()
    {
        var bill = Input("2025-02-01", On("2025-01-01", template: Template with { StandingCharge = 10 })).Bill();
        (bill.LineItems.Single().ConversionRate, bill.LineItems.Single().ConvertedSubtotal).ShouldBe((1m, 10m));
        bill.CurrencyConversions.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, null, "USD", "10.77")] // organization
    [InlineData("EUR", null, "EUR", "10.01")] // account before organization
    [InlineData("EUR", "JPY", "JPY", "1615")] // job before account: 10.01 x 161.3 = 1614.613, no places
    public void BillingCurrency_JobAccountOrganization_MostSpecificWins(
        string? account, string? job, string currency, string total)
    {
        var input = Euro();
        var bill = input.For(one => one with { Currency = account })
            .Overriding(new RunOverrides { TargetCurrency = job }).Bill();
        (bill.Currency, bill.BillTotal).ShouldBe((currency, Number(total)));
    }

    [Fact]
    public void Conversion_RatesOfTheJob_ReplaceTheOrganizations()
    {
        var input = Euro();
        RunOverrides With(params CurrencyConversion[] rates) => new() { CurrencyConversions = rates };
        (input with { Run = input.Run with { Overrides = With(Rates[0] with { Multiplier = 2 }) } }).Bill()
            .BillTotal.ShouldBe(20.02m);
        Should.Throw<BillRefusedException>(
            () => (input with { Run = input.Run with { Overrides = With() } }).Bill());
    }

    [Theory]
    [InlineData("USD", "EUR")] // the inverse is not inferred
    [InlineData("EUR", "usd")] // codes are compared case by case
    [InlineData("EUR", "GBP")]
    public void Conversion_NoRateForThePair_IsRefusedNamingIt(string from, string to)
    {
        var rates = new[] { new CurrencyConversion { From = from, To = to, Multiplier = 1 } };
        var input = Euro() with { Organization = Organization with { CurrencyConversions = rates } };
        Should.Throw<BillRefusedException>(() => input.Bill()).Message.ShouldBe(
            "Account acme: the currencyConversions have no rate from EUR to USD.");
    }

    [Fact]
    public void Conversion_RateOverAThirdCurrency_IsNotInferred()
    {
        var input = Euro().For(account => account with { Currency = "GBP" });
        Should.Throw<BillRefusedException>(() => input.Bill()).Message.ShouldContain("no rate from EUR to GBP");
    }

    [Fact]
    public void Conversion_StoredWithoutAMultiplier_IsRefusedAndNeverOne()
    {
        var input = Euro() with
        {
            Organization = Organization with { CurrencyConversions = [Rates[0] with { Multiplier = null }] },
        };
        Should.Throw<BillRefusedException>(() => input.Bill()).Message.ShouldBe(
            "Account acme: the currencyConversions have no rate from EUR to USD.");
    }

    [Fact]
    public void Conversion_TwoRatesForThePair_IsRefused()
    {
        var rates = Rates.Append(Rates[0] with { Multiplier = 3 }).ToList();
        var input = Euro() with { Organization = Organization with { CurrencyConversions = rates } };
        Should.Throw<BillRefusedException>(() => input.Bill()).Message.ShouldContain("more than one rate");
    }

    [Fact]
    public void Currency_NotDefined_IsRefusedNamingIt() =>
        Should.Throw<BillRefusedException>(() => (Euro() with { Currencies = [Currencies[0]] }).Bill())
            .Message.ShouldContain("currency EUR does not exist");

    [Fact]
    public void Currency_ForbidsRounding_IsRefusedWhereItWouldChangeTheAmount()
    {
        IReadOnlyList<Currency> exact = [Currencies[0], Currencies[1] with { RoundingMode = RoundingMode.Unnecessary }];
        Should.Throw<BillRefusedException>(() => (Euro() with { Currencies = exact }).Bill()).Message
            .ShouldContain("plan-1, line 'Standing Charge': 10.005 has more than 2 decimal places");
    }

    [Fact]
    public void Bands_ConvertedAndRounded_AddUpToTheirLine()
    {
        // 3 bands of 1/3 EUR: line 1.00 EUR (0.33 + 0.33 + 0.34), converted 1.08 (0.36 + 0.36 + 0.36).
        var third = Calls with { QuantityPerUnit = 3 };
        var template = InEuro with { StandingCharge = 0 };
        var price = Price("0: 0 + 1; 0.333333333333333333: 0 + 1; 0.666666666666666666: 0 + 1", aggregation: third);
        var input = Input("2025-02-01", On("2025-01-01", template: template, pricings: price));
        var organization = Organization with { CurrencyConversions = Rates };
        var line = (input with { Organization = organization }).Bill(3).LineItems.Single();
        line.UsagePerPricingBand!.Select(band => band.BandSubtotal).ShouldBe([0.33m, 0.33m, 0.34m]);
        line.UsagePerPricingBand!.Sum(band => band.ConvertedBandSubtotal).ShouldBe(line.ConvertedSubtotal);
    }

    private static BillInput Euro() => Input("2025-02-01", On("2025-01-01", template: InEuro)) with
    {
        Organization = Organization with { CurrencyConversions = Rates },
    };
}
