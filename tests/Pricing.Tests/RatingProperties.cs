using CsCheck;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;
using static Tallystick.Pricing.Tests.RatingCase;

namespace Tallystick.Pricing.Tests;

public sealed class RatingProperties
{
    private static readonly Gen<decimal> Price = Gen.Int[0, 100_000].Select(price => price / 1000m);

    private static readonly Gen<decimal> Quantity = Gen.Int[0, 1_000_000].Select(quantity => quantity / 100m);

    private static readonly Gen<IReadOnlyList<PricingBand>> AnyBands =
        Gen.Select(Price, Price, Gen.Int[1, 900]).List[1, 5].Select(IReadOnlyList<PricingBand> (steps) =>
        {
            var limit = 0m;
            return
            [
                .. steps.Select((step, index) => new PricingBand
                {
                    Id = $"{index}",
                    LowerLimit = index == 0 ? 0 : limit += step.Item3,
                    FixedPrice = step.Item1,
                    UnitPrice = step.Item2,
                }),
            ];
        });

    private static readonly Gen<CurrencyRounding> AnyRounding = Gen.Select(
        Gen.Int[0, 5], Gen.Enum<RoundingMode>(), (places, mode) => new CurrencyRounding(places, mode))
        .Where(rounding => rounding.Mode != RoundingMode.Unnecessary);

    [Fact]
    public void BandSubtotals_AnyRounding_SumToTheLine() =>
        Gen.Select(Quantity, AnyBands, Gen.Bool, AnyRounding).Sample((quantity, bands, cumulative, rounding) =>
        {
            var rated = UsageRating.Rate(quantity, 1, Rounding.None, bands, cumulative);
            var line = rounding.Round(rated.Amount);
            var parts = Shares.Of(line, [.. rated.Bands.Select(band => band.Amount)], rounding);
            return parts.Sum() == line && parts.Count == rated.Bands.Count;
        });

    [Fact]
    public void BandQuantities_AnyRounding_SumToTheQuantity() =>
        Gen.Select(Quantity, AnyBands, Gen.Int[1, 50], Gen.Enum<Rounding>(), Gen.Bool).Sample(
            (quantity, bands, perUnit, mode, cumulative) => UsageRating.Rate(quantity, perUnit, mode, bands, cumulative)
                .Bands.Sum(band => band.Quantity) is var sum && Math.Abs(sum - quantity) < 0.000000000001m);

    [Fact]
    public void GraduatedTotal_MoreUsage_NeverFalls() =>
        Gen.Select(Quantity, Quantity, AnyBands).Sample((quantity, more, bands) =>
            UsageRating.Rate(quantity + more, 1, Rounding.None, bands, true).Amount
                >= UsageRating.Rate(quantity, 1, Rounding.None, bands, true).Amount);

    [Fact]
    public void GraduatedTotal_WithoutFixedPrices_HasNoJumps() =>
        Gen.Select(Quantity, Gen.Int[0, 1000], AnyBands).Sample((quantity, thousandths, bands) =>
        {
            var step = thousandths / 1000m;
            var unitPrices = bands.Select(band => band with { FixedPrice = 0 }).ToList();
            Fraction Of(decimal units) => UsageRating.Rate(units, 1, Rounding.None, unitPrices, true).Amount;
            var rise = Of(quantity + step) - Of(quantity);
            return rise >= (Fraction)step * bands.Min(band => band.UnitPrice)
                && rise <= (Fraction)step * bands.Max(band => band.UnitPrice);
        });

    [Fact]
    public void Graduated_SplitAtAnyPositions_AddsUpToTheWhole() =>
        Gen.Select(Quantity.List[1, 5], Quantity, AnyBands).Sample((positions, end, bands) =>
        {
            Fraction? from = null;
            var sum = Fraction.Zero;
            foreach (var to in positions.Append(end)) // up and down
            {
                sum += UsageRating.Between(from, to, 1, bands, cumulative: true).Amount;
                from = to;
            }
            return sum == UsageRating.Rate(end, 1, Rounding.None, bands, cumulative: true).Amount;
        });

    [Fact]
    public void VolumeTotal_MoreUsage_MayFall()
    {
        // The counter-example that makes the property above one of graduated bands only.
        const string Bands = "0: 0 + 1.00; 100: 0 + 0.50";
        Rate(100, Bands, cumulative: false).Amount.ShouldBe((Fraction)100m);
        Rate(101, Bands, cumulative: false).Amount.ShouldBe((Fraction)50.50m);
    }

    [Fact]
    public void GraduatedTotal_SplitOfOneBand_ChangesNothing() =>
        Gen.Select(Quantity, Gen.Int[1, 999], Price).Sample((quantity, edge, price) =>
        {
            var whole = Bands($"0: 0 + {Text(price)}");
            var split = Bands($"0: 0 + {Text(price)}; {edge}: 0 + {Text(price)}");
            return UsageRating.Rate(quantity, 1, Rounding.None, whole, true).Amount
                == UsageRating.Rate(quantity, 1, Rounding.None, split, true).Amount;
        });

    [Fact]
    public void GraduatedTotal_OneBandWithoutFixedPrice_IsAdditive() =>
        Gen.Select(Quantity, Quantity, Price).Sample((first, second, price) =>
        {
            var bands = Bands($"0: 0 + {Text(price)}");
            Fraction Of(decimal quantity) => UsageRating.Rate(quantity, 1, Rounding.None, bands, true).Amount;
            return Of(first) + Of(second) == Of(first + second);
        });

    [Fact]
    public void Fraction_AnyDecimal_ComesBackUnchanged() =>
        Gen.Decimal[-7m, 7m].Sample(value => ((Fraction)value).Round(28, RoundingMode.Unnecessary) == value);

    private static string Text(decimal value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
