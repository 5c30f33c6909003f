using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>
/// Balances of free units, an extension: their currency counts units (<c>countsUnits</c>), and its code is the unit of
/// an aggregation. Units are drawn before other credits apply, and the other units are priced as if they were all the
/// usage.
/// </summary>
/// <param name="terms">What draws depend on.</param>
/// <param name="leftOf">What is left of a balance; null if there is no limit.</param>
/// <param name="draws">Receives the draws.</param>
internal sealed class Grants(CreditTerms terms, Func<Credit, decimal?> leftOf, List<Draw> draws)
{
    /// <summary>The charges after the free units, and the lines that show them.</summary>
    public IReadOnlyList<MoneyLine> Apply(IReadOnlyList<MoneyLine> charges)
    {
        var granted = new Dictionary<Line, decimal>(ReferenceEqualityComparer.Instance);
        // Usage that is credited or refunded is not free as well, so that a bill never becomes negative.
        var drawable = DrawableAmounts.Of(
            charges, terms.Amounts.RoundingOf(terms.Amounts.BillingCurrency));
        List<Line> lines =
            [.. charges.Zip(drawable).Where(one => one.Second == one.First.Converted).Select(one => one.First.Line)];
        var shown = new List<MoneyLine>();
        foreach (var credit in terms.Credits.Where(credit => credit.IsGrant))
        {
            foreach (var line in lines.Where(line => IsGrantedBy(line, credit)))
            {
                if (TryDraw(credit, line, line.Rated!.Units - granted.GetValueOrDefault(line)) is not { } draw)
                    continue;
                granted[line] = granted.GetValueOrDefault(line) + draw.Detail.Amount;
                draws.Add(draw);
                shown.Add(LineOf(draw));
            }
        }
        return granted.Count == 0
            ? charges
            : [.. charges.SelectMany(charge => Beyond(charge, granted.GetValueOrDefault(charge.Line))), .. shown];
    }

    private bool IsGrantedBy(Line line, Credit credit) =>
        line is { Type: LineItemType.Usage, Rated.Units: > 0, Item: { } item }
        && item.Unit == credit.Currency && terms.Pricings.ContainsKey(item.PricingId) && credit.Admits(line);

    private Draw? TryDraw(Credit credit, Line line, decimal open)
    {
        var share = terms.Shares.Of(line, credit.Window);
        var places = terms.Amounts.RoundingOf(credit.Currency).DecimalPlaces;
        var wanted = Math.Min(open, (line.Rated!.Units * share).Round(places, RoundingMode.Floor));
        var left = leftOf(credit);
        var units = left is { } limit ? Math.Min(wanted, limit) : wanted;
        return units <= 0 ? null : new Draw(credit, line, new DrawOfLine(
            ContentId.OfLine(terms.BillId, line), credit.IsRollover, share, left, Rate: 1, units, Converted: 0));
    }

    private MoneyLine LineOf(Draw draw)
    {
        var (credit, line, detail) = draw;
        return terms.Round.Once(new Line
        {
            Type = LineItemType.BalanceConsumed,
            Source = credit.SourceFor(line.Source.Product, line.Source.Currency),
            ServicePeriod = line.ServicePeriod.Intersect(credit.Window.Start, credit.Window.End),
            Amount = Fraction.Zero,
            Description = credit.Description,
            AccountingProductId = credit.DrawsAccountingProductId ?? line.Source.Product?.Id,
            Item = line.Item,
            FlatUnits = detail.Amount,
            FlatUnitPrice = 0,
            Discriminator = credit.IsRollover ? "rollover" : "",
            Derivation = new GrantedUnits(line.Derivation, credit.Id, detail),
        });
    }

    private IEnumerable<MoneyLine> Beyond(MoneyLine charge, decimal granted)
    {
        var line = charge.Line;
        if (granted == 0)
            return [charge];
        var units = line.Rated!.Units - granted;
        if (units == 0)
            return [];
        var pricing = terms.Pricings[line.Item!.PricingId];
        var perUnit = UsageBeyondGrants.RatedOf(line.Derivation)?.QuantityPerUnit ?? 1;
        var start = UsageBeyondGrants.RatedOf(line.Derivation)?.Start;
        var rated = UsageRating.Between(
            start, (start ?? Fraction.Zero) + units, perUnit, pricing.PricingBands, pricing.Cumulative);
        return
        [
            terms.Round.Once(line with
            {
                Rated = rated,
                Amount = rated.Amount,
                Derivation = new UsageBeyondGrants(line.Derivation, granted, units),
            }),
        ];
    }
}
