using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>
/// What can be drawn for each charge: its amount without its share of usage credits. Other negative lines, such as
/// refunds, reduce the charges of their product in proportion; lines without a product, and what exceeds the charges of
/// the product, reduce all charges. So that draws never make a bill negative.
/// </summary>
internal static class DrawableAmounts
{
    /// <summary>The amounts in the billing currency, in the order of the lines; 0 for lines that cannot draw.</summary>
    public static IReadOnlyList<decimal> Of(IReadOnlyList<MoneyLine> lines, CurrencyRounding rounding)
    {
        var open = lines
            .Select(line => Credit.IsDrawable(line.Line.Type) ? line.Drawable : 0).ToArray();
        foreach (var negative in lines
            .Where(line => line.Converted < 0
                && line.Line.Type is not (LineItemType.UsageCredit or LineItemType.CommitmentFee))
            .OrderBy(line => line.Line.Source.Product is null))
        {
            var left = -negative.Converted;
            if (negative.Line.Source.Product is { } product)
                left -= Reduce(open, Indexes(line => line.Line.Source.Product?.Id == product.Id), left, rounding);
            Reduce(open, Indexes(_ => true), left, rounding);
        }
        return open;

        List<int> Indexes(Func<MoneyLine, bool> isOne) =>
            [.. Enumerable.Range(0, lines.Count).Where(index => open[index] > 0 && isOne(lines[index]))];
    }

    private static decimal Reduce(decimal[] open, List<int> indexes, decimal amount, CurrencyRounding rounding)
    {
        var total = indexes.Aggregate(Fraction.Zero, (sum, index) => sum + open[index]);
        if (total.Sign == 0 || amount == 0)
            return 0;
        var taken = (amount < total ? amount : total).ToDecimal();
        var (passed, before) = (Fraction.Zero, 0m);
        foreach (var index in indexes)
        {
            passed += open[index];
            var after = rounding.RoundPart(taken * passed / total);
            open[index] -= after - before;
            before = after;
        }
        return taken;
    }
}
