using Tallystick.Foundation.Values;

namespace Tallystick.Pricing.Rating;

/// <summary>
/// Converts the aggregated quantity to the units that bands price (<c>quantityPerUnit</c>, <c>rounding</c>).
/// </summary>
internal static class UnitsOf
{
    /// <summary>
    /// Divides, then rounds: 48,900 at 500 per unit are 97.8, <c>UP</c> 98 units. Below zero, <c>UP</c> is still toward
    /// positive infinity and <c>DOWN</c> toward negative infinity; <c>NEAREST</c> takes halves away from zero.
    /// </summary>
    /// <exception cref="CalculationException">The quantity per unit is not above 0.</exception>
    public static Fraction Quantity(decimal quantity, decimal quantityPerUnit, Rounding rounding)
    {
        if (quantityPerUnit <= 0)
            throw new CalculationException("quantityPerUnit must be greater than 0");
        var exact = (Fraction)quantity / quantityPerUnit;
        return rounding switch
        {
            Rounding.Up => exact.Round(0, RoundingMode.Ceiling),
            Rounding.Down => exact.Round(0, RoundingMode.Floor),
            Rounding.Nearest => exact.Round(0, RoundingMode.HalfUp),
            Rounding.None => exact,
        };
    }
}
