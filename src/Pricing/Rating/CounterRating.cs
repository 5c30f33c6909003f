using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// Prices the value of a counter for one whole period. The value 0 costs nothing, so an increase from 0 pays the fixed
/// price of the first band, and a decrease to 0 takes it back.
/// </summary>
public static class CounterRating
{
    /// <summary>The price of a value.</summary>
    /// <exception cref="CalculationException">The bands are not valid or a number does not fit a decimal.</exception>
    public static RatedUsage Of(int value, IReadOnlyList<PricingBand> bands, bool cumulative) =>
        UsageRating.Rate(value, quantityPerUnit: 1, Rounding.None, bands, cumulative);

    /// <summary>
    /// The difference between the prices of two values, band by band. The units are those of the change, without sign.
    /// </summary>
    /// <exception cref="CalculationException">The bands are not valid or a number does not fit a decimal.</exception>
    public static RatedUsage Change(int from, int to, IReadOnlyList<PricingBand> bands, bool cumulative)
    {
        var before = BandsOf(from, bands, cumulative);
        var after = BandsOf(to, bands, cumulative);
        var changed = bands.OrderBy(band => band.LowerLimit)
            .Select(band => Difference(
                band, before.GetValueOrDefault(band.LowerLimit), after.GetValueOrDefault(band.LowerLimit)))
            .Where(band => band.Units != 0 || band.Amount != Fraction.Zero)
            .ToList();
        var amount = changed.Aggregate(Fraction.Zero, (sum, band) => sum + band.Amount);
        var units = Math.Abs((decimal)to - from);
        return new RatedUsage(units, units, amount, units == 0 ? 0 : (amount / units).ToDecimal(), changed);
    }

    private static Dictionary<decimal, RatedBand> BandsOf(
        int value, IReadOnlyList<PricingBand> bands, bool cumulative) =>
        value == 0 ? [] : Of(value, bands, cumulative).Bands.ToDictionary(band => band.Band.LowerLimit);

    private static RatedBand Difference(PricingBand band, RatedBand? before, RatedBand? after)
    {
        var units = (after?.Units ?? 0) - (before?.Units ?? 0);
        return new RatedBand(
            band, units, units, (after?.FixedPrice ?? 0) - (before?.FixedPrice ?? 0),
            (after?.UnitAmount ?? Fraction.Zero) - (before?.UnitAmount ?? Fraction.Zero));
    }
}
