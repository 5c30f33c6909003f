using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;
using static Tallystick.Pricing.Tests.RatingCase;

namespace Tallystick.Pricing.Tests;

public sealed class BandsTests
{
    private const string Tiered = "0: 0 + 1.00; 10: 0 + 0.80; 100: 0 + 0.50";
    private const string Stairstep = "0: 5 + 0; 10: 30 + 0; 100: 200 + 0";
    private const string Custom = "0: 5 + 1.00; 10: 3 + 0.80; 100: 0 + 0.50";

    [Theory]
    [InlineData(10, "15.00", "15.00")] //  5 + 10 x 1.00            | 5 + 10 x 1.00
    [InlineData(11, "18.80", "11.80")] // (5 + 10.00) + (3 + 0.80)  | 3 + 11 x 0.80
    [InlineData(100, "90.00", "83.00")] // 15 + (3 + 72)             | 3 + 80.00
    [InlineData(250, "165.00", "125.00")] // 15 + 75 + 150 x 0.50    | 0 + 125.00
    public void Bands_WorkedExample_GiveItsFigures(int units, string graduated, string highest)
    {
        Rate(units, Custom, cumulative: true).Amount.ShouldBe((Fraction)Number(graduated));
        Rate(units, Custom, cumulative: false).Amount.ShouldBe((Fraction)Number(highest));
    }

    [Theory]
    // tiered: 10 x 1.00 = 10, then 0.80 each up to 100 (82), then 0.50 each
    [InlineData("tiered", Tiered, true, "9", "9.00")]
    [InlineData("tiered", Tiered, true, "10", "10.00")]
    [InlineData("tiered", Tiered, true, "11", "10.80")]
    [InlineData("tiered", Tiered, true, "99", "81.20")]
    [InlineData("tiered", Tiered, true, "100", "82.00")]
    [InlineData("tiered", Tiered, true, "101", "82.50")]
    // volume: all units at the price of the highest band
    [InlineData("volume", Tiered, false, "9", "9.00")]
    [InlineData("volume", Tiered, false, "10", "10.00")]
    [InlineData("volume", Tiered, false, "11", "8.80")]
    [InlineData("volume", Tiered, false, "99", "79.20")]
    [InlineData("volume", Tiered, false, "100", "80.00")]
    [InlineData("volume", Tiered, false, "101", "50.50")]
    // stairstep: one fixed price
    [InlineData("stairstep", Stairstep, false, "9", "5")]
    [InlineData("stairstep", Stairstep, false, "10", "5")]
    [InlineData("stairstep", Stairstep, false, "10.001", "30")]
    [InlineData("stairstep", Stairstep, false, "99", "30")]
    [InlineData("stairstep", Stairstep, false, "100", "30")]
    [InlineData("stairstep", Stairstep, false, "101", "200")]
    // custom tiered: every band entered adds its fixed price
    [InlineData("custom tiered", Custom, true, "9", "14.00")]
    [InlineData("custom tiered", Custom, true, "10", "15.00")]
    [InlineData("custom tiered", Custom, true, "11", "18.80")]
    [InlineData("custom tiered", Custom, true, "99", "89.20")]
    [InlineData("custom tiered", Custom, true, "100", "90.00")]
    [InlineData("custom tiered", Custom, true, "101", "90.50")]
    // custom volume: fixed and unit price of the highest band
    [InlineData("custom volume", Custom, false, "9", "14.00")]
    [InlineData("custom volume", Custom, false, "10", "15.00")]
    [InlineData("custom volume", Custom, false, "11", "11.80")]
    [InlineData("custom volume", Custom, false, "99", "82.20")]
    [InlineData("custom volume", Custom, false, "100", "83.00")]
    [InlineData("custom volume", Custom, false, "101", "50.50")]
    public void Bands_QuantityAroundEdge_UsesLowerBandOnTheEdge(
        string shape, string bands, bool cumulative, string units, string amount) =>
        Rate(Number(units), bands, cumulative).Amount.ShouldBe((Fraction)Number(amount), shape);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bands_ZeroUnits_EnterFirstBandWithItsFixedPrice(bool cumulative)
    {
        var rated = Rate(0, Custom, cumulative);
        rated.Amount.ShouldBe((Fraction)5m);
        rated.AverageUnitPrice.ShouldBe(0m);
        rated.Bands.ShouldHaveSingleItem().Units.ShouldBe(0m);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bands_NegativeQuantity_CreditFirstUnitPriceWithoutFixedPrice(bool cumulative)
    {
        var rated = Rate(-20, Custom, cumulative);
        rated.Amount.ShouldBe((Fraction)(-20m)); // -20 x 1.00
        rated.Bands.ShouldHaveSingleItem().FixedPrice.ShouldBe(0m);
        rated.AverageUnitPrice.ShouldBe(1m);
    }

    [Fact]
    public void Bands_NegativeQuantityRoundedToNoUnits_ChargeNothing() =>
        UsageRating.Rate(-0.2m, 1, Rounding.Up, Bands(Custom), true).Amount.ShouldBe(Fraction.Zero);

    [Fact]
    public void Bands_AnyOrder_AreSorted() =>
        Rate(11, "10: 3 + 0.80; 100: 0 + 0.50; 0: 5 + 1.00", cumulative: true).Amount.ShouldBe((Fraction)18.80m);

    [Fact]
    public void Bands_OnlyEntered_AreListed() => Rate(100, Custom, cumulative: true).Bands.Count.ShouldBe(2);

    [Theory]
    [InlineData("1: 0 + 1", "the lowest pricing band must have lowerLimit 0")]
    [InlineData("0: 0 + 1; 5: 0 + 1; 5: 0 + 2", "two pricing bands have the same lowerLimit")]
    public void Bands_NotCoveringUnitsOnce_AreRefused(string bands, string message) =>
        Should.Throw<CalculationException>(() => Rate(1, bands, cumulative: true)).Message.ShouldBe(message);

    [Fact]
    public void Bands_None_AreRefused() =>
        Should.Throw<CalculationException>(() => UsageRating.Rate(1, 1, Rounding.None, [], true));

    [Fact]
    public void BandQuantity_RoundedUnits_LastBandTakesTheRemainder()
    {
        // 95 at 10 per unit, DOWN: 9 units; 5 in the first band are 50, the last shows the other 45.
        var rated = UsageRating.Rate(95, 10, Rounding.Down, Bands("0: 0 + 1; 5: 0 + 1"), cumulative: true);
        rated.Bands.Select(band => (band.Units, band.Quantity)).ShouldBe([(5m, 50m), (4m, 45m)]);
    }

    [Fact]
    public void AverageUnitPrice_SeveralBands_IsAmountPerUnit() =>
        Rate(250, Custom, cumulative: true).AverageUnitPrice.ShouldBe(0.66m); // 165 / 250

    [Fact]
    public void Amount_QuotientWithoutEnd_IsExact()
    {
        // 1 of 3 per unit at 3.00 is 1.00, even where rounding is DOWN.
        var rated = UsageRating.Rate(1, 3, Rounding.None, Bands("0: 0 + 3"), cumulative: true);
        rated.Amount.ShouldBe((Fraction)1m);
        rated.Units.ShouldBe(0.333333333333333333m);
    }

    [Fact]
    public void Amount_BeyondDecimal_IsRefused()
    {
        var rated = Rate(9_999_999_999_999_999_999_999_999_999m, "0: 0 + 9999999", cumulative: true);
        Should.Throw<CalculationException>(() => new CurrencyRounding(2, RoundingMode.HalfUp).Round(rated.Amount))
            .Message.ShouldContain("too many digits to be billed exactly");
    }

    [Fact]
    public void Bands_PricingBand_IsNamedInTheResult() =>
        Rate(11, Custom, cumulative: false).Bands.Single().Band.ShouldBeOfType<PricingBand>().Id.ShouldBe("band-10");
}
