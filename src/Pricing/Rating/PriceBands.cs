using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// The bands of a pricing in ascending order. A band holds above its lower limit, up to and including the next.
/// </summary>
internal static class PriceBands
{
    /// <summary>Sorts the bands and checks that they cover every number of units once.</summary>
    /// <exception cref="CalculationException">No band, the lowest does not start at 0, or two start at one
    /// limit.</exception>
    public static IReadOnlyList<PricingBand> Sorted(IReadOnlyList<PricingBand> bands)
    {
        var sorted = bands.OrderBy(band => band.LowerLimit).ToList();
        if (sorted.Count == 0 || sorted[0].LowerLimit != 0)
            throw new CalculationException("the lowest pricing band must have lowerLimit 0");
        for (var index = 1; index < sorted.Count; index++)
        {
            if (sorted[index].LowerLimit == sorted[index - 1].LowerLimit)
                throw new CalculationException("two pricing bands have the same lowerLimit");
        }
        return sorted;
    }

    /// <summary>
    /// Whether a band is entered: only by units above its limit, so that a number on the edge stays in the band
    /// below. The first band is entered by any line, zero units included.
    /// </summary>
    public static bool IsEntered(PricingBand band, Fraction units) => band.LowerLimit == 0 || units > band.LowerLimit;
}
