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
/// usage. Units of a share of a block, or of several children together, have their average price.
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
        List<MoneyLine> whole =
            [.. charges.Zip(drawable).Where(one => one.Second == one.First.Converted).Select(one => one.First)];
        var shown = new List<MoneyLine>();
        foreach (var credit in terms.Credits.Where(credit => credit.IsGrant))
        {
            foreach (var money in whole.Where(money => IsGrantedBy(money.Line, credit)))
            {
                var line = money.Line;
                if (TryDraw(credit, line, line.Rated!.Units - granted.GetValueOrDefault(line)) is not { } draw)
                    continue;
                granted[line] = granted.GetValueOrDefault(line) + draw.Detail.Amount;
                draws.Add(draw);
                shown.Add(LineOf(draw, money));
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

    private MoneyLine LineOf(Draw draw, MoneyLine usage)
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
            // Accounts of a hierarchy, and account plans with the same plan, have usage of the same pricing and start.
            Discriminator = credit.IsRollover ? $"{detail.LineId} rollover" : detail.LineId,
            Derivation = new GrantedUnits(line.Derivation, credit.Id, detail)
            {
                Line = PricedLine.Of(detail.LineId, usage),
            },
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
        var rated = UsageBeyondGrants.RatedOf(line.Derivation) is { } whole
            ? Priced(line, whole, units)
            // Usage of several accounts, of which each has its place in the bands: all units have the average price.
            : SplitUsage.Scaled(
                line.Rated, (Fraction)units / line.Rated.Units,
                ((Fraction)line.Rated.Quantity * units / line.Rated.Units).ToDecimal());
        return
        [
            terms.Round.Once(line with
            {
                Rated = rated,
                Share = null,
                Amount = rated.Amount,
                Derivation = new UsageBeyondGrants(line.Derivation, granted, units),
            }),
        ];
    }

    private RatedUsage Priced(Line line, RatedQuantity whole, decimal units)
    {
        var pricing = terms.Pricings[line.Item!.PricingId];
        return UsageRating.Between(
            whole.Start, (whole.Start ?? Fraction.Zero) + units, whole.QuantityPerUnit, pricing.PricingBands,
            pricing.Cumulative);
    }
}
