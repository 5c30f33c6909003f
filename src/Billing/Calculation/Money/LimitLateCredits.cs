using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>
/// Limits credits for the usage of locked bills to the charges of the bill, so that they never make it negative. Fees
/// are owed whatever the usage and do not count. What exceeds the limit is left for the next bill, where the difference
/// is calculated again.
/// </summary>
internal static class LimitLateCredits
{
    /// <summary>The differences that the bill can have.</summary>
    /// <param name="late">The differences, in order.</param>
    /// <param name="charges">All other lines of the bill, except draws.</param>
    /// <param name="amounts">Rounding.</param>
    public static IEnumerable<MoneyLine> Of(
        IReadOnlyList<MoneyLine> late, IReadOnlyList<MoneyLine> charges, ConvertAmounts amounts)
    {
        var left = charges.Where(line => line.Line.Type is not (LineItemType.CommitmentFee or LineItemType.BalanceFee))
            .Concat(late.Where(line => line.Converted > 0))
            .Sum(line => line.Converted);
        foreach (var line in late)
        {
            var given = line.Converted >= 0 ? line.Converted : -Math.Min(-line.Converted, Math.Max(0, left));
            if (line.Converted < 0)
                left += given;
            if (given == line.Converted)
                yield return line;
            else if (given < 0)
                yield return Limited(line, given, amounts);
        }
    }

    // The conversion starts from the limit, so that exactly nothing is left of the charges.
    private static MoneyLine Limited(MoneyLine line, decimal given, ConvertAmounts amounts)
    {
        var amount = (Fraction)given / line.Rate;
        return line with
        {
            Line = line.Line with
            {
                Amount = amount,
                Derivation = (DifferenceOfUsage)line.Line.Derivation with
                {
                    Limit = -given,
                    Converted = line.Converted,
                },
            },
            Subtotal = amounts.RoundingOf(line.Line.Source.Currency).Round(amount),
            Converted = given,
        };
    }
}
