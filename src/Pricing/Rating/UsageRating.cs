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
    /// <param name="before">
    /// Units that already count toward the bands, which the quantity continues; null if nothing was counted before.
    /// </param>
    /// <exception cref="CalculationException">The bands are not valid or a number does not fit a decimal.</exception>
    public static RatedUsage Rate(
        decimal quantity, decimal quantityPerUnit, Rounding rounding, IReadOnlyList<PricingBand> bands, bool cumulative,
        Fraction? before = null)
    {
        var units = UnitsOf.Quantity(quantity, quantityPerUnit, rounding);
        var sorted = PriceBands.Sorted(bands);
        // A correction that rounds to zero units is still a correction, without a fixed price.
        var entered = before is null && quantity < 0
            ? [NegativeUsage.Enter(units, sorted)]
            : Enter(before, (before ?? Fraction.Zero) + units, sorted, cumulative);
        return Sum(quantity, units, entered, quantityPerUnit);
    }

    /// <summary>
    /// Calculates the exact amount for the units from one position to another, such as the part of the usage that a
    /// commitment does not cover.
    /// </summary>
    /// <param name="from">Units that already count toward the bands; null if nothing was counted before.</param>
    /// <param name="to">Units counted at the end.</param>
    /// <param name="quantityPerUnit">The quantity per unit.</param>
    /// <param name="bands">The bands of the pricing, in any order.</param>
    /// <param name="cumulative">Whether each band prices its own units, or the highest band prices all units.</param>
    /// <exception cref="CalculationException">The bands are not valid or a number does not fit a decimal.</exception>
    public static RatedUsage Between(
        Fraction? from, Fraction to, decimal quantityPerUnit, IReadOnlyList<PricingBand> bands, bool cumulative)
    {
        var units = to - (from ?? Fraction.Zero);
        return Sum(
            units * quantityPerUnit, units, Enter(from, to, PriceBands.Sorted(bands), cumulative), quantityPerUnit);
    }

    /// <summary>The units of a quantity: divided and rounded.</summary>
    /// <exception cref="CalculationException">The quantity per unit is not above 0.</exception>
    public static Fraction Units(decimal quantity, decimal quantityPerUnit, Rounding rounding) =>
        UnitsOf.Quantity(quantity, quantityPerUnit, rounding);

    private static List<ReachedBand> Enter(
        Fraction? from, Fraction to, IReadOnlyList<PricingBand> bands, bool cumulative) =>
        cumulative ? [.. GraduatedBands.Enter(from, to, bands)] : [HighestBand.Enter(from, to, bands)];

    private static RatedUsage Sum(
        Fraction quantity, Fraction units, List<ReachedBand> entered, decimal quantityPerUnit)
    {
        var amount = entered.Aggregate(Fraction.Zero, (sum, band) => sum + band.Amount);
        return new RatedUsage(
            quantity.ToDecimal(),
            units.ToDecimal(),
            amount,
            units.Sign == 0 ? 0 : (amount / units).ToDecimal(),
            WithQuantities(entered, quantity, quantityPerUnit));
    }

    /// <summary>Because of rounding, units and quantity differ; the last band shows the remaining quantity.</summary>
    internal static List<RatedBand> WithQuantities(
        List<ReachedBand> entered, Fraction quantity, decimal quantityPerUnit)
    {
        var rated = new List<RatedBand>(entered.Count);
        var left = quantity;
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
