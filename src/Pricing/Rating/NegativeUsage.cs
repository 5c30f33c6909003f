using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// Usage below zero, where corrections outweigh what they correct: the units are credited at the price of the first
/// band, and no fixed price is charged.
/// </summary>
internal static class NegativeUsage
{
    /// <summary>The first band at <paramref name="units"/>, 0 or fewer. Bands ascend.</summary>
    public static EnteredBand Enter(Fraction units, IReadOnlyList<PricingBand> bands) =>
        new(bands[0], units, FixedPrice: 0);
}
