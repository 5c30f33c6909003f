using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>
/// Limits usage credits to the charges that they credit, in the billing currency, so that they never make a bill
/// negative: credits of a product to the charges of the product, then global credits to all charges. Each sees what the
/// credits before it have taken. Fees of commitments and balances are not credited.
/// </summary>
/// <param name="ids">Ids of lines.</param>
/// <param name="amounts">The rounding of the currencies.</param>
internal sealed class ApplyUsageCredits(LineIds ids, ConvertAmounts amounts)
{
    /// <summary>The lines with their shares of the credits, and the credits as limited.</summary>
    public IReadOnlyList<MoneyLine> To(IReadOnlyList<MoneyLine> lines)
    {
        if (!lines.Any(IsCredit))
            return lines;
        var credits = OrderLines.Of(lines.Where(IsCredit));
        var charges = OrderLines.Of(lines.Where(line => !IsCredit(line))).ToList();
        var limited = new List<MoneyLine>();
        foreach (var credit in credits.Where(credit => !IsGlobal(credit)).Concat(credits.Where(IsGlobal)))
        {
            var product = IsGlobal(credit) ? null : credit.Line.Source.Product?.Id;
            limited.Add(Apply(credit, charges, line => IsCreditable(line)
                && (IsGlobal(credit) || line.Line.Source.Product?.Id == product)));
        }
        return [.. charges, .. limited];
    }

    // Takes back what a correction has credited too much: a credit of a negative quantity is a charge without limit.
    private MoneyLine Apply(MoneyLine credit, List<MoneyLine> charges, Func<MoneyLine, bool> isCredited)
    {
        if (credit.Converted >= 0)
            return credit;
        var credited = Enumerable.Range(0, charges.Count).Where(index => isCredited(charges[index])).ToList();
        var before = credited.Sum(index => charges[index].Credited);
        var left = Math.Max(0, credited.Sum(index => charges[index].Converted) - before);
        var given = Math.Min(-credit.Converted, left);
        var places = amounts.RoundingOf(amounts.BillingCurrency).DecimalPlaces;
        var shares = Apportion.ByWeight(given, [.. credited.Select(index => charges[index].Drawable)], places);
        foreach (var (index, share) in credited.Zip(shares))
            charges[index] = charges[index] with { Credited = charges[index].Credited + share };
        return given == -credit.Converted
            ? credit
            : Limited(credit, given, before, [.. credited.Select(index => ids.Of(charges[index].Line))]);
    }

    // The conversion starts from the limit, so that exactly nothing is left of the charges.
    private MoneyLine Limited(MoneyLine credit, decimal given, decimal before, IReadOnlyList<string> lineIds)
    {
        var amount = (Fraction)(-given) / credit.Rate;
        return credit with
        {
            Line = credit.Line with
            {
                Amount = amount,
                Derivation = new CappedCredit(credit.Line.Derivation, credit.Converted, given, lineIds)
                {
                    Credited = before,
                },
            },
            Subtotal = amounts.RoundingOf(credit.Line.Source.Currency).Round(amount),
            Converted = -given,
        };
    }

    private static bool IsCredit(MoneyLine line) => line.Line.Type == LineItemType.UsageCredit;

    private static bool IsGlobal(MoneyLine credit) => credit.Line.Item is { CreditsWholeBill: true };

    private static bool IsCreditable(MoneyLine line) =>
        line.Line.Type is not (LineItemType.CommitmentFee or LineItemType.BalanceFee);
}
