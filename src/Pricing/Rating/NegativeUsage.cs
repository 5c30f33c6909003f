using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// Negative usage, caused by corrections: the units are credited at the price of the first band, without a fixed price.
/// </summary>
internal static class NegativeUsage
{
    /// <summary>The first band at <paramref name="units"/>, 0 or fewer. Bands are in ascending order.</summary>
    public static ReachedBand Enter(Fraction units, IReadOnlyList<PricingBand> bands) =>
        new(bands[0], units, FixedPrice: 0);
}
