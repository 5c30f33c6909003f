using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// <c>cumulative</c> true: tiered and custom tiered pricing. Each band that is reached charges its fixed price and
/// prices the units in it.
/// </summary>
internal static class GraduatedBands
{
    /// <summary>The bands reached by <paramref name="units"/>, 0 or more. Bands are in ascending order.</summary>
    public static IEnumerable<ReachedBand> Enter(Fraction units, IReadOnlyList<PricingBand> bands)
    {
        for (var index = 0; index < bands.Count && PriceBands.IsReached(bands[index], units); index++)
        {
            var reachesNext = index + 1 < bands.Count && PriceBands.IsReached(bands[index + 1], units);
            var upTo = reachesNext ? bands[index + 1].LowerLimit : units;
            yield return new ReachedBand(bands[index], upTo - bands[index].LowerLimit, bands[index].FixedPrice);
        }
    }
}
