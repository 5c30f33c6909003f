using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// <c>cumulative</c> false: volume, stairstep and custom volume pricing. The highest band that is reached charges its
/// fixed price and prices all units.
/// </summary>
internal static class HighestBand
{
    /// <summary>The one band that prices <paramref name="units"/>, 0 or more. Bands are in ascending order.</summary>
    public static ReachedBand Enter(Fraction units, IReadOnlyList<PricingBand> bands)
    {
        var highest = bands.Last(band => PriceBands.IsReached(band, units));
        return new ReachedBand(highest, units, highest.FixedPrice);
    }
}
