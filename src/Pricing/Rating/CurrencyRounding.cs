using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;

namespace Tallystick.Pricing.Rating;

/// <summary>How amounts of one currency are rounded.</summary>
/// <param name="DecimalPlaces">Decimal places of an amount, 0 to 5 (<c>maxDecimalPlaces</c>).</param>
/// <param name="Mode">The rounding mode (<c>roundingMode</c>).</param>
public sealed record CurrencyRounding(int DecimalPlaces, RoundingMode Mode)
{
    /// <summary>Default number of decimal places.</summary>
    public const int DefaultDecimalPlaces = 2;

    /// <summary>Default rounding mode.</summary>
    public const RoundingMode DefaultMode = RoundingMode.HalfUp;

    /// <summary>The rounding of <paramref name="currency"/>, with defaults for omitted settings.</summary>
    public static CurrencyRounding Of(Currency currency) =>
        new(currency.MaxDecimalPlaces ?? DefaultDecimalPlaces, currency.RoundingMode ?? DefaultMode);

    /// <summary>The smallest amount above 0.</summary>
    public decimal SmallestAmount => new(1, 0, 0, isNegative: false, (byte)DecimalPlaces);

    /// <summary>The amount to bill. Only amounts are rounded, each once; prices and rates never are.</summary>
    /// <exception cref="CalculationException">
    /// The amount does not fit a decimal, or rounding is not allowed.
    /// </exception>
    public decimal Round(Fraction amount) => amount.Round(DecimalPlaces, Mode);

    /// <summary>A part of an amount, for display. Parts are rounded even if the amount must not be.</summary>
    public decimal RoundPart(Fraction part) =>
        part.Round(DecimalPlaces, Mode == RoundingMode.Unnecessary ? DefaultMode : Mode);
}
