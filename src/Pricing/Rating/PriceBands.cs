using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// The bands of a pricing in ascending order. A band applies above its lower limit, up to and including the next limit.
/// </summary>
internal static class PriceBands
{
    /// <summary>Sorts the bands and checks that they cover every number of units exactly once.</summary>
    /// <exception cref="CalculationException">
    /// There is no band, the lowest does not start at 0, or two have the same limit.
    /// </exception>
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
    /// Whether a band is reached: only by units above its limit, so that a number equal to the limit belongs to the
    /// band below. The first band is always reached, even by zero units.
    /// </summary>
    public static bool IsReached(PricingBand band, Fraction units) => band.LowerLimit == 0 || units > band.LowerLimit;

    /// <summary>
    /// The fixed price that a band charges between two positions: once, when it is first reached. Units below zero do
    /// not reach even the first band.
    /// </summary>
    /// <param name="band">The band.</param>
    /// <param name="from">Units counted before; null if nothing was counted before.</param>
    /// <param name="to">Units counted at the end.</param>
    public static decimal FixedPrice(PricingBand band, Fraction? from, Fraction to) =>
        Charges(band, to) && !(from is { } position && Charges(band, position)) ? band.FixedPrice : 0;

    private static bool Charges(PricingBand band, Fraction units) => units.Sign >= 0 && IsReached(band, units);
}
