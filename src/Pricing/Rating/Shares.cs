using Tallystick.Foundation.Values;

namespace Tallystick.Pricing.Rating;

/// <summary>Shows a rounded amount as the sum of its parts.</summary>
public static class Shares
{
    /// <summary>
    /// Rounds each part for display. The last part takes the remainder, so that the parts add up to
    /// <paramref name="rounded"/> exactly.
    /// </summary>
    /// <param name="rounded">The amount as billed.</param>
    /// <param name="parts">Its exact parts, at least one.</param>
    /// <param name="rounding">The rounding of its currency.</param>
    public static IReadOnlyList<decimal> Of(decimal rounded, IReadOnlyList<Fraction> parts, CurrencyRounding rounding)
    {
        var shares = new decimal[parts.Count];
        Fraction left = rounded;
        for (var index = 0; index < parts.Count - 1; index++)
        {
            shares[index] = rounding.RoundPart(parts[index]);
            left -= shares[index];
        }
        shares[^1] = left.Round(rounding.DecimalPlaces, RoundingMode.Unnecessary);
        return shares;
    }
}
