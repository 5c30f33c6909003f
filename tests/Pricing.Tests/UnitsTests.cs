using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;
using static Tallystick.Pricing.Tests.RatingCase;

namespace Tallystick.Pricing.Tests;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("48900", "500", Rounding.Up, "98")] // 97.8
    [InlineData("48900", "500", Rounding.Down, "97")]
    [InlineData("48900", "500", Rounding.Nearest, "98")]
    [InlineData("48900", "500", Rounding.None, "97.8")]
    [InlineData("5.1", "1", Rounding.Nearest, "5")]
    [InlineData("3.5", "1", Rounding.Nearest, "4")]
    [InlineData("2.5", "1", Rounding.Nearest, "3")] // halves away from zero, not to even
    [InlineData("3.49", "1", Rounding.Nearest, "3")]
    [InlineData("-1.2", "1", Rounding.Up, "-1")] // toward positive infinity
    [InlineData("-1.2", "1", Rounding.Down, "-2")] // toward negative infinity
    [InlineData("-3.5", "1", Rounding.Nearest, "-4")]
    [InlineData("-1.2", "1", Rounding.None, "-1.2")]
    [InlineData("0.3", "0.1", Rounding.Up, "3")] // exact: 3, not 3.0000001
    [InlineData("0", "7", Rounding.Up, "0")]
    [InlineData("2.9999999999999999999999999999", "1", Rounding.Down, "2")]
    public void Units_QuantityPerUnitAndRounding_DivideThenRound(
        string quantity, string perUnit, Rounding rounding, string units) =>
        UnitsOf.Quantity(Number(quantity), Number(perUnit), rounding).ShouldBe((Fraction)Number(units));

    [Fact]
    public void Units_WorkedExample_Costs24_50() =>
        // 48,900 at 500 per unit, UP: 98 units x 0.25
        UsageRating.Rate(48_900, 500, Rounding.Up, Bands("0: 0 + 0.25"), cumulative: true)
            .Amount.ShouldBe((Fraction)24.50m);

    [Fact]
    public void Units_QuantityPerUnitNotPositive_IsRefused() =>
        Should.Throw<CalculationException>(() => UnitsOf.Quantity(1, 0, Rounding.None));
}
