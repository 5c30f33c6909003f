using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// Prices a quantity. The five price shapes use two algorithms: tiered and custom tiered are graduated; volume,
/// stairstep and custom volume use the highest band.
/// </summary>
public static class UsageRating
{
    /// <summary>
    /// Calculates the exact amount for an aggregated quantity: divides, rounds to units and applies the bands.
    /// </summary>
    /// <param name="quantity">The aggregated usage.</param>
    /// <param name="quantityPerUnit">The quantity per unit, above 0.</param>
    /// <param name="rounding">How the number of units is rounded.</param>
    /// <param name="bands">The bands of the pricing, in any order.</param>
    /// <param name="cumulative">Whether each band prices its own units, or the highest band prices all units.</param>
    /// <exception cref="CalculationException">The bands are not valid or a number does not fit a decimal.</exception>
    public static RatedUsage Rate(
        decimal quantity, decimal quantityPerUnit, Rounding rounding, IReadOnlyList<PricingBand> bands, bool cumulative)
    {
        var units = UnitsOf.Quantity(quantity, quantityPerUnit, rounding);
        var entered = Enter(quantity, units, PriceBands.Sorted(bands), cumulative);
        var amount = entered.Aggregate(Fraction.Zero, (sum, band) => sum + band.Amount);
        return new RatedUsage(
            ((Fraction)quantity).ToDecimal(),
            units.ToDecimal(),
            amount,
            units.Sign == 0 ? 0 : (amount / units).ToDecimal(),
            WithQuantities(entered, quantity, quantityPerUnit));
    }

    private static List<ReachedBand> Enter(
        decimal quantity, Fraction units, IReadOnlyList<PricingBand> bands, bool cumulative)
    {
        if (quantity < 0)
            return [NegativeUsage.Enter(units, bands)];
        return cumulative ? [.. GraduatedBands.Enter(units, bands)] : [HighestBand.Enter(units, bands)];
    }

    /// <summary>Because of rounding, units and quantity differ; the last band shows the remaining quantity.</summary>
    private static List<RatedBand> WithQuantities(List<ReachedBand> entered, decimal quantity, decimal quantityPerUnit)
    {
        var rated = new List<RatedBand>(entered.Count);
        Fraction left = quantity;
        for (var index = 0; index < entered.Count; index++)
        {
            var band = entered[index];
            var isLast = index == entered.Count - 1;
            var bandQuantity = isLast ? left : band.Units * quantityPerUnit;
            left -= bandQuantity;
            rated.Add(new RatedBand(
                band.Band, band.Units.ToDecimal(), bandQuantity.ToDecimal(), band.FixedPrice, band.UnitAmount));
        }
        return rated;
    }
}
