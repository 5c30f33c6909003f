using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// <c>cumulative</c> false: volume, stairstep and custom volume pricing. The highest band that is reached charges its
/// fixed price and prices all units.
/// </summary>
internal static class HighestBand
{
    /// <summary>
    /// The one band that prices the units between two positions: the highest that is reached at the end. It charges its
    /// fixed price if it was not reached before.
    /// </summary>
    /// <param name="from">Units counted before; null if nothing was counted before.</param>
    /// <param name="to">Units counted at the end.</param>
    /// <param name="bands">The bands in ascending order.</param>
    public static ReachedBand Enter(Fraction? from, Fraction to, IReadOnlyList<PricingBand> bands)
    {
        var highest = bands.Last(band => PriceBands.IsReached(band, to));
        return new ReachedBand(
            highest, to - (from ?? Fraction.Zero), PriceBands.FixedPrice(highest, from, to));
    }
}
