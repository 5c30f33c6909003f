using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Present;

/// <summary>
/// How the amounts of a bill were calculated: with the bill itself, everything that is needed to recompute it. Stored
/// with the bill, because prices and usage can change afterwards.
/// </summary>
/// <param name="Currencies">The rounding of each currency on the bill, by code.</param>
/// <param name="Lines">The derivation of each line, in the order of the lines.</param>
public sealed record BillDerivation(
    IReadOnlyDictionary<string, AmountRounding> Currencies, IReadOnlyList<LineDerivation> Lines)
{
    internal static BillDerivation Of(string billId, IReadOnlyList<MoneyLine> lines, ConvertAmounts amounts) => new(
        new SortedDictionary<string, AmountRounding>(
            lines.Select(money => money.Line.Source.Currency).Append(amounts.BillingCurrency).Distinct()
                .ToDictionary(code => code, code => AmountRounding.Of(amounts.RoundingOf(code))),
            StringComparer.Ordinal),
        [
            .. lines.Select(money => new LineDerivation(
                ContentId.OfLine(billId, money.Line), money.Line.Amount, money.Line.Derivation)),
        ]);
}

/// <summary>How amounts of a currency are rounded.</summary>
/// <param name="DecimalPlaces">Decimal places.</param>
/// <param name="Mode">The rounding mode.</param>
public sealed record AmountRounding(int DecimalPlaces, RoundingMode Mode)
{
    internal static AmountRounding Of(Pricing.Rating.CurrencyRounding rounding) =>
        new(rounding.DecimalPlaces, rounding.Mode);
}

/// <summary>How the amount of a line was calculated.</summary>
/// <param name="Id">UUID of the line.</param>
/// <param name="Amount">The exact amount, before rounding.</param>
/// <param name="Derivation">How it was calculated.</param>
public sealed record LineDerivation(string Id, Fraction Amount, Derivation Derivation);
