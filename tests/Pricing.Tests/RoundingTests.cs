using CsCheck;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Rating;
using static Tallystick.Pricing.Tests.RatingCase;

namespace Tallystick.Pricing.Tests;

public sealed class RoundingTests
{
    private static readonly Gen<RoundingMode> HalfModes = Gen.Enum<RoundingMode>()
        .Where(mode => mode is RoundingMode.HalfUp or RoundingMode.HalfDown or RoundingMode.HalfEven);

    [Theory]
    //          mode                  1.21   1.25   1.35   1.29   -1.21   -1.25   -1.35   -1.29
    [InlineData(RoundingMode.Up, "1.3 1.3 1.4 1.3 -1.3 -1.3 -1.4 -1.3")]
    [InlineData(RoundingMode.Down, "1.2 1.2 1.3 1.2 -1.2 -1.2 -1.3 -1.2")]
    [InlineData(RoundingMode.Ceiling, "1.3 1.3 1.4 1.3 -1.2 -1.2 -1.3 -1.2")]
    [InlineData(RoundingMode.Floor, "1.2 1.2 1.3 1.2 -1.3 -1.3 -1.4 -1.3")]
    [InlineData(RoundingMode.HalfUp, "1.2 1.3 1.4 1.3 -1.2 -1.3 -1.4 -1.3")]
    [InlineData(RoundingMode.HalfDown, "1.2 1.2 1.3 1.3 -1.2 -1.2 -1.3 -1.3")]
    [InlineData(RoundingMode.HalfEven, "1.2 1.2 1.4 1.3 -1.2 -1.2 -1.4 -1.3")]
    public void Round_EachModeAtEachNumberOfPlaces_TakesItsNeighbour(RoundingMode mode, string expected)
    {
        decimal[] amounts = [1.21m, 1.25m, 1.35m, 1.29m, -1.21m, -1.25m, -1.35m, -1.29m];
        var rounded = expected.Split(' ').Select(Number).ToArray();
        var scale = 10m; // 1.25 at one place is 12.5 at none, 0.125 at two, ...
        for (var places = 0; places <= 5; places++, scale /= 10)
        {
            var currency = new CurrencyRounding(places, mode);
            amounts.Select(amount => currency.Round(amount * scale))
                .ShouldBe(rounded.Select(amount => amount * scale), $"{mode} {places}");
        }
    }

    [Theory]
    [InlineData("1.25", 2, "1.25")]
    [InlineData("1.2500", 2, "1.25")]
    [InlineData("7", 0, "7")]
    public void Round_UnnecessaryAndExact_KeepsTheAmount(string amount, int places, string rounded) =>
        new CurrencyRounding(places, RoundingMode.Unnecessary).Round(Number(amount)).ShouldBe(Number(rounded));

    [Fact]
    public void Round_UnnecessaryAndInexact_IsRefused() =>
        Should.Throw<CalculationException>(() => new CurrencyRounding(2, RoundingMode.Unnecessary).Round(1.255m))
            .Message.ShouldBe(
                "1.255 has more than 2 decimal places, and the rounding mode UNNECESSARY does not allow rounding");

    [Fact]
    public void CurrencyRounding_NothingStated_IsTwoPlacesHalfUp() =>
        CurrencyRounding.Of(new Currency { Name = "US Dollar", Code = "USD" })
            .ShouldBe(new CurrencyRounding(2, RoundingMode.HalfUp));

    [Fact]
    public void Round_EqualAmountsWrittenDifferently_AreWrittenAlike() =>
        new CurrencyRounding(2, RoundingMode.HalfUp).Round(1.500m).Scale.ShouldBe((byte)1);

    [Fact]
    public void Round_HalfModes_DifferByAtMostHalfAUnit() =>
        Gen.Select(Gen.Decimal[-1_000_000m, 1_000_000m], Gen.Int[0, 5], HalfModes).Sample((amount, places, mode) =>
        {
            var rounded = new CurrencyRounding(places, mode).Round(amount);
            var difference = (Fraction)rounded - amount;
            var half = (Fraction)0.5m * new decimal(1, 0, 0, false, (byte)places);
            return difference <= half && difference >= Fraction.Zero - half;
        });

    [Fact]
    public void Round_FrameworkModes_AgreeWithTheFramework() =>
        Gen.Select(Gen.Decimal[-1_000m, 1_000m], Gen.Int[0, 5]).Sample((amount, places) =>
        {
            decimal Ours(RoundingMode mode) => new CurrencyRounding(places, mode).Round(amount);
            return Ours(RoundingMode.HalfUp) == decimal.Round(amount, places, MidpointRounding.AwayFromZero)
                && Ours(RoundingMode.HalfEven) == decimal.Round(amount, places, MidpointRounding.ToEven)
                && Ours(RoundingMode.Down) == decimal.Round(amount, places, MidpointRounding.ToZero)
                && Ours(RoundingMode.Ceiling) == decimal.Round(amount, places, MidpointRounding.ToPositiveInfinity)
                && Ours(RoundingMode.Floor) == decimal.Round(amount, places, MidpointRounding.ToNegativeInfinity);
        });
}
