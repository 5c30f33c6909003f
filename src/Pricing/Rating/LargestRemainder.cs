using Tallystick.Foundation.Values;

namespace Tallystick.Pricing.Rating;

/// <summary>Splits a rounded amount in proportion to weights, without creating or losing a cent.</summary>
public static class LargestRemainder
{
    /// <summary>
    /// Rounds each share down, then adds the smallest unit of the currency to the shares with the largest remainders
    /// until they add up to <paramref name="rounded"/>. Of equal remainders, the earlier share comes first.
    /// </summary>
    /// <param name="rounded">The amount as billed.</param>
    /// <param name="weights">The weights; their sum is not 0. Negative weights have negative shares.</param>
    /// <param name="places">Decimal places of the currency.</param>
    /// <exception cref="DivideByZeroException">The sum of the weights is 0.</exception>
    public static IReadOnlyList<decimal> Split(decimal rounded, IReadOnlyList<Fraction> weights, int places)
    {
        var total = weights.Aggregate(Fraction.Zero, (sum, weight) => sum + weight);
        var exact = weights.Select(weight => rounded * weight / total).ToList();
        var shares = exact.Select(share => share.Round(places, RoundingMode.Floor)).ToArray();
        var left = shares.Aggregate((Fraction)rounded, (rest, share) => rest - share);
        var unit = new decimal(1, 0, 0, isNegative: false, (byte)places);
        var units = (int)(left / unit).Round(0, RoundingMode.Unnecessary);
        foreach (var index in Enumerable.Range(0, shares.Length)
            .OrderByDescending(index => exact[index] - shares[index]).ThenBy(index => index).Take(units))
            shares[index] += unit;
        return shares;
    }
}
