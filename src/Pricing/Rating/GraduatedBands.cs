using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// <c>cumulative</c> true: tiered and custom tiered pricing. Each band that is reached charges its fixed price and
/// prices the units in it.
/// </summary>
internal static class GraduatedBands
{
    /// <summary>
    /// The bands between two positions. Consecutive stretches add up: together they are the bands of the whole. A
    /// stretch back takes back what the stretch forward charged.
    /// </summary>
    /// <param name="from">Units counted before; null if nothing was counted before.</param>
    /// <param name="to">Units counted at the end.</param>
    /// <param name="bands">The bands in ascending order.</param>
    /// <returns>At least one band.</returns>
    public static IEnumerable<ReachedBand> Enter(Fraction? from, Fraction to, IReadOnlyList<PricingBand> bands) =>
        from is { } position && to < position
            ? Rise(to, position, bands).Select(band => band.TakenBack())
            : Rise(from, to, bands);

    private static IEnumerable<ReachedBand> Rise(Fraction? from, Fraction to, IReadOnlyList<PricingBand> bands)
    {
        var position = from ?? Fraction.Zero;
        for (var index = 0; index < bands.Count && PriceBands.IsReached(bands[index], to); index++)
        {
            var reachesNext = index + 1 < bands.Count && PriceBands.IsReached(bands[index + 1], to);
            var upTo = reachesNext ? bands[index + 1].LowerLimit : to;
            if (reachesNext && upTo <= position)
                continue;
            // Units below zero belong to the first band.
            var start = index > 0 && position < bands[index].LowerLimit ? bands[index].LowerLimit : position;
            yield return new ReachedBand(bands[index], upTo - start, PriceBands.FixedPrice(bands[index], from, to));
        }
    }
}
