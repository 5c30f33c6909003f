using System.Globalization;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;

namespace Tallystick.Pricing.Tests;

public sealed class FractionTests
{
    [Theory]
    [InlineData("0.0002777777777777778")]
    [InlineData("-0.1234567890123456789012345678")]
    [InlineData("0.0000000000000000000000000001")]
    [InlineData("9.999999999999999999999999999")]
    [InlineData("9999999999999999999999999999")]
    [InlineData("0")]
    public void ToDecimal_OfADecimal_KeepsEveryDigit(string text) =>
        ((Fraction)Number(text)).ToDecimal().ToString(CultureInfo.InvariantCulture).ShouldBe(text);

    [Theory]
    [InlineData("20", "3", "6.666666666666666667")]
    [InlineData("1234567890123456", "3", "411522630041152")]
    [InlineData("0.1234567890123456789012345678", "8", "0.015432098626543210")] // 31 places
    [InlineData("1", "524288", "0.0000019073486328125")] // 2^-19 has 19
    public void ToDecimal_OfAQuotient_IsExactOrRoundedTo18Places(string left, string right, string expected) =>
        ((Fraction)Number(left) / Number(right)).ToDecimal().ShouldBe(Number(expected));

    [Fact]
    public void Usage_OfQuantityAndPriceWith28Places_IsRatedExactly()
    {
        var quantity = Number("0.0002777777777777778");
        var price = Number("0.1234567890123456789012345678");

        var rated = UsageRating.Rate(
            quantity, 1, Rounding.None,
            [new PricingBand { LowerLimit = 0, FixedPrice = 0, UnitPrice = price }], cumulative: true);

        rated.Amount.ShouldBe((Fraction)quantity * price);
        (rated.Quantity, rated.Units).ShouldBe((quantity, quantity));
        rated.AverageUnitPrice.ShouldBe(price);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
