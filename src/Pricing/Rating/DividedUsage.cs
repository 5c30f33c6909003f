using Tallystick.Foundation.Values;

namespace Tallystick.Pricing.Rating;

/// <summary>Divides priced units at an amount.</summary>
public static class DividedUsage
{
    /// <summary>
    /// Divides priced units: the first units, in the order of the bands, whose price is <paramref name="amount"/>, and
    /// the others. A fixed price can be divided, so that both amounts are exact. Units that cost nothing belong to the
    /// units before them.
    /// </summary>
    /// <param name="rated">The priced units.</param>
    /// <param name="amount">The price of the first part, above 0 and below that of all units.</param>
    /// <param name="quantityPerUnit">The quantity per unit, above 0.</param>
    /// <exception cref="CalculationException">A number does not fit a decimal.</exception>
    public static (RatedUsage First, RatedUsage Others) At(
        RatedUsage rated, Fraction amount, decimal quantityPerUnit)
    {
        var (first, rest) = (new List<ReachedBand>(), new List<ReachedBand>());
        var left = amount;
        foreach (var band in rated.Bands)
        {
            var isWhole = band.Amount <= left;
            var fixedPart = Least(band.FixedPrice, left).ToDecimal();
            var unitPart = Least(band.UnitAmount, left - Least(band.FixedPrice, left));
            var units = isWhole ? band.Units
                : band.Band.UnitPrice == 0 ? Fraction.Zero : unitPart / band.Band.UnitPrice;
            if (isWhole || left.Sign > 0)
                first.Add(new ReachedBand(band.Band, units, isWhole ? band.FixedPrice : fixedPart));
            if (!isWhole)
                rest.Add(new ReachedBand(
                    band.Band, band.Units - units, left.Sign > 0 ? band.FixedPrice - fixedPart : band.FixedPrice));
            left = isWhole ? left - band.Amount : Fraction.Zero;
        }
        var firstQuantity = Least(rated.Quantity, Units(first) * quantityPerUnit).ToDecimal();
        return (
            Of(first, firstQuantity, quantityPerUnit),
            Of(rest, rated.Quantity - firstQuantity, quantityPerUnit));
    }

    private static RatedUsage Of(List<ReachedBand> entered, decimal quantity, decimal quantityPerUnit)
    {
        var amount = entered.Aggregate(Fraction.Zero, (sum, band) => sum + band.Amount);
        var units = Units(entered);
        return new RatedUsage(
            quantity,
            units.ToDecimal(),
            amount,
            units.Sign == 0 ? 0 : (amount / units).ToDecimal(),
            UsageRating.WithQuantities(entered, quantity, quantityPerUnit));
    }

    private static Fraction Units(IEnumerable<ReachedBand> bands) =>
        bands.Aggregate(Fraction.Zero, (sum, band) => sum + band.Units);

    private static Fraction Least(Fraction one, Fraction other) => one < other ? one : other;
}
