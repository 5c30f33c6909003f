using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;

namespace Tallystick.Pricing.Rating;

/// <summary>How amounts of one currency are rounded.</summary>
/// <param name="DecimalPlaces">Places of an amount, 0 to 5 (<c>maxDecimalPlaces</c>).</param>
/// <param name="Mode">Which neighbour is taken (<c>roundingMode</c>).</param>
public sealed record CurrencyRounding(int DecimalPlaces, RoundingMode Mode)
{
    /// <summary>Places of a currency that states none.</summary>
    public const int DefaultDecimalPlaces = 2;

    /// <summary>Mode of a currency that states none.</summary>
    public const RoundingMode DefaultMode = RoundingMode.HalfUp;

    /// <summary>The rounding of <paramref name="currency"/>, with the defaults for what it leaves out.</summary>
    public static CurrencyRounding Of(Currency currency) =>
        new(currency.MaxDecimalPlaces ?? DefaultDecimalPlaces, currency.RoundingMode ?? DefaultMode);

    /// <summary>The amount to be billed. Prices and rates are never rounded, only amounts, and each once.</summary>
    /// <exception cref="CalculationException">The amount does not fit a decimal, or rounding it is
    /// forbidden.</exception>
    public decimal Round(Fraction amount) => amount.Round(DecimalPlaces, Mode);

    /// <summary>A part of an amount, for display: parts are rounded even where the amount must not be.</summary>
    internal decimal RoundPart(Fraction part) =>
        part.Round(DecimalPlaces, Mode == RoundingMode.Unnecessary ? DefaultMode : Mode);
}
