using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>Divides an amount of money in proportion to weights, without losing or adding anything.</summary>
internal static class Apportion
{
    /// <summary>
    /// The parts, which add up to the amount exactly. Each is rounded down; what remains goes, one smallest unit each,
    /// to the parts that lost most, and among equals to the first. No part is greater than its weight if the amount is
    /// not greater than their sum.
    /// </summary>
    /// <param name="amount">The amount, 0 or more, with no more than <paramref name="places"/> decimal places.</param>
    /// <param name="weights">The weights, each 0 or more, with no more places than the amount.</param>
    /// <param name="places">Decimal places of the currency.</param>
    public static IReadOnlyList<decimal> ByWeight(decimal amount, IReadOnlyList<decimal> weights, int places)
    {
        var total = weights.Aggregate(Fraction.Zero, (sum, weight) => sum + weight);
        if (total.Sign == 0)
            return [.. weights.Select(_ => 0m)];
        return LargestRemainder.Split(amount, [.. weights.Select(weight => (Fraction)weight)], places);
    }
}
