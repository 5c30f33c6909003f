using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;
using static Tallystick.Pricing.Tests.RatingCase;

namespace Tallystick.Pricing.Tests;

/// <summary>Rating of the units from one position to another.</summary>
public sealed class PositionTests
{
    private const string Custom = "0: 5 + 1.00; 10: 3 + 0.80; 100: 0 + 0.50";

    [Theory]
    [InlineData(null, "11", "18.80")] // (5 + 10.00) + (3 + 0.80)
    [InlineData("0", "11", "13.80")] // zero units have paid the first fixed price
    [InlineData("4", "11", "9.80")] // 6 x 1.00 + 3 + 0.80
    [InlineData("10", "11", "3.80")] // 10 is in the band below
    [InlineData("11", "11", "0")]
    [InlineData("11", "101", "71.70")] // 89 x 0.80 + 0.50
    [InlineData("101", "11", "-71.70")] // taken back
    [InlineData("11", "0", "-13.80")] // and zero units still pay the first fixed price
    [InlineData("11", "-2", "-20.80")] // -(2 x 1.00 + 5 + 10.00 + 3 + 0.80)
    [InlineData("-2", "4", "11.00")] // 5 + 6 x 1.00
    [InlineData(null, "-2", "-2.00")] // a correction alone, without a fixed price
    public void Graduated_BetweenTwoPositions_IsTheDifferenceOfTheirPrices(string? from, string to, string amount) =>
        Between(from, to, Custom, cumulative: true).Amount.ShouldBe((Fraction)Number(amount));

    [Theory]
    [InlineData(null, "11", "11.80")] // 3 + 11 x 0.80
    [InlineData("4", "11", "8.60")] // 3 + 7 x 0.80: the band is reached for the first time
    [InlineData("11", "20", "7.20")] // 9 x 0.80
    [InlineData("20", "11", "-7.20")]
    [InlineData("4", "4", "0")]
    public void Highest_BetweenTwoPositions_PricesTheUnitsInTheBandOfTheLast(string? from, string to, string amount) =>
        Between(from, to, Custom, cumulative: false).Amount.ShouldBe((Fraction)Number(amount));

    [Fact]
    public void Between_TwoPositions_ShowsTheBandsInBetween()
    {
        var rated = UsageRating.Between(4m, 11m, quantityPerUnit: 500, Bands(Custom), cumulative: true);
        (rated.Units, rated.Quantity, rated.AverageUnitPrice).ShouldBe((7m, 3500m, 1.4m));
        rated.Bands.Select(band => (band.Band.LowerLimit, band.Units, band.Quantity, band.FixedPrice))
            .ShouldBe([(0m, 6m, 3000m, 0m), (10m, 1m, 500m, 3m)]);
    }

    [Fact]
    public void Rate_AfterUnits_RoundsTheQuantityOfItsOwn()
    {
        // 11 per 10, up, are 2 units: from 1 to 3.
        var rated = UsageRating.Rate(11, 10, Rounding.Up, Bands("0: 0 + 1; 2: 0 + 0.5"), cumulative: true, before: 1m);
        (rated.Quantity, rated.Units, rated.Amount).ShouldBe((11m, 2m, (Fraction)1.5m));
    }

    [Theory]
    [InlineData(8, 12, true, "6.60")] //   (5 + 10 + 3 + 1.60) - (5 + 8)
    [InlineData(12, 8, true, "-6.60")]
    [InlineData(0, 12, true, "19.60")] // nothing before, not even the fixed price
    [InlineData(12, 0, true, "-19.60")]
    [InlineData(8, 12, false, "-0.40")] // (3 + 9.60) - (5 + 8)
    public void CounterChange_OfTwoValues_IsTheDifferenceOfTheirPrices(int from, int to, bool cumulative, string amount)
    {
        var changed = CounterRating.Change(from, to, Bands(Custom), cumulative);
        changed.Amount.ShouldBe((Fraction)Number(amount));
        changed.Units.ShouldBe(Math.Abs(to - from));
        changed.Bands.Aggregate(Fraction.Zero, (sum, band) => sum + band.Amount).ShouldBe(changed.Amount);
    }

    private static RatedUsage Between(string? from, string to, string bands, bool cumulative) => UsageRating.Between(
        from is null ? null : Number(from), Number(to), quantityPerUnit: 1, Bands(bands), cumulative);
}
