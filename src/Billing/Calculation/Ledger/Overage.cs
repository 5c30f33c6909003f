using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>
/// Charges usage that neither commitments nor balances cover, while one that could is active: a surcharge in percent,
/// or lines of its own, priced with the overage bands if the pricing has any. A commitment takes precedence over a
/// balance, the last one in the order of draws over others, and a percentage over overage bands.
/// </summary>
/// <param name="terms">What draws depend on.</param>
/// <param name="lines">The charges; lines that are divided are replaced.</param>
/// <param name="isCredited">
/// Whether a commitment or balance can be exhausted: something was added to it, and it has no overdraft.
/// </param>
internal sealed class Overage(CreditTerms terms, List<DrawableLine> lines, Func<Credit, bool> isCredited)
{
    private readonly Dictionary<Line, Credit> _ofCommitments = [];

    /// <summary>
    /// Divides usage beyond commitments with <c>separateOverageUsage</c>, once all commitments have been drawn on.
    /// </summary>
    public void DivideBeyondCommitments()
    {
        foreach (var line in UsageLines())
        {
            if (ChosenFor(
                line, CreditKind.Commitment, one => one.SeparatesOverage || HasPercent(one)) is not { } chosen)
                continue;
            _ofCommitments[line.Basis] = chosen;
            if (!HasPercent(chosen))
                Divide(line, chosen);
        }
    }

    /// <summary>
    /// Divides usage beyond balances, and calculates the surcharges: one line for each commitment or balance, product,
    /// accounting product and currency.
    /// </summary>
    public IReadOnlyList<MoneyLine> AfterAllDraws()
    {
        var overages = new List<(Credit Credit, DrawableLine Line, OverageOfLine Amount)>();
        foreach (var line in UsageLines())
        {
            var chosen = _ofCommitments.GetValueOrDefault(line.Basis)
                ?? ChosenFor(line, CreditKind.Balance, one => HasPercent(one) || BandsOf(line.Basis) is not null);
            if (chosen is null)
                continue;
            if (!HasPercent(chosen))
                Divide(line, chosen);
            else if (OpenOf(line, chosen) is > 0 and var open)
                overages.Add((chosen, line, new OverageOfLine(
                    Present.ContentId.OfLine(terms.BillId, line.Money.Line), open,
                    (Fraction)line.Money.Subtotal * open / line.Money.Converted)));
        }
        return
        [
            .. overages
                .GroupBy(one => (
                    one.Credit.Id, one.Line.Basis.Source.Product?.Id, one.Line.Money.Line.AccountingProductId,
                    one.Line.Basis.Source.Currency))
                .Select(group => SurchargeOn([.. group]))
                .Where(surcharge => surcharge.Subtotal != 0),
        ];
    }

    private List<DrawableLine> UsageLines() =>
        [.. lines.Where(line => line.Money.Line.Type == LineItemType.Usage && line.Money.Converted > 0)];

    private Credit? ChosenFor(DrawableLine line, CreditKind kind, Func<Credit, bool> hasOverage) =>
        terms.Credits.LastOrDefault(credit => credit.Kind == kind && credit is { IsRollover: false, IsGrant: false }
            && hasOverage(credit)
            && terms.ShareOf(line, credit, credit.OverageWindow).Sign > 0 && isCredited(credit));

    private static bool HasPercent(Credit credit) => credit.OveragePercent is not (null or 0);

    private IReadOnlyList<PricingBand>? BandsOf(Line line) =>
        terms.Pricings.GetValueOrDefault(line.Item?.PricingId ?? "")?.OveragePricingBands is { Count: > 0 } bands
            ? bands : null;

    private decimal OpenOf(DrawableLine line, Credit credit) =>
        line.OpenWithin(credit.OverageWindow, terms.ShareOf(line, credit, credit.OverageWindow));

    private MoneyLine SurchargeOn(IReadOnlyList<(Credit Credit, DrawableLine Line, OverageOfLine Amount)> overages)
    {
        var (credit, first, _) = overages[0];
        var (product, currency) = (first.Basis.Source.Product, first.Basis.Source.Currency);
        var accounting = first.Money.Line.AccountingProductId;
        var percent = credit.OveragePercent!.Value;
        var overage = overages.Aggregate(Fraction.Zero, (sum, one) => sum + one.Amount.Amount);
        return terms.Round.Once(new Line
        {
            Type = LineItemType.OverageSurcharge,
            Source = credit.SourceFor(product, currency),
            ServicePeriod = Drawdown.PeriodOf(overages.Select(one =>
                one.Line.Basis.ServicePeriod.Intersect(credit.OverageWindow.Start, credit.OverageWindow.End))),
            Amount = overage * percent / 100m,
            Description = credit.OverageDescription ?? "Overage surcharge",
            AccountingProductId = accounting,
            Discriminator = accounting == product?.Id ? $"{product?.Id} {currency}"
                : $"{product?.Id} {currency} {accounting}",
            Derivation = new SurchargeOnOverage(credit.Id, percent, [.. overages.Select(one => one.Amount)]),
        });
    }

    /// <summary>Divides a line at the end of what is covered.</summary>
    private void Divide(DrawableLine line, Credit credit)
    {
        var open = OpenOf(line, credit);
        var money = line.Money;
        if (open == 0 || money.Line.Rated is not { } rated)
            return;
        var kept = money.Converted - open;
        var keptSubtotal = SubtotalOf(money, kept);
        var whole = PricedLine.Of(Present.ContentId.OfLine(terms.BillId, money.Line), money);
        var perUnit = UsageBeyondGrants.RatedOf(money.Line.Derivation)?.QuantityPerUnit
            ?? (rated.Units == 0 ? 1 : rated.Quantity / rated.Units);    // usage of several accounts
        var (first, rest) = kept == 0
            ? (null, rated) : DividedUsage.At(rated, rated.Amount * kept / money.Converted, perUnit);
        var (overage, isAtBands) = Beyond(money, credit, (first?.Units ?? 0, rated), rest, perUnit, whole);
        var beyond = isAtBands
            ? terms.Round.Once(overage)
            : new MoneyLine(overage, money.Subtotal - keptSubtotal, money.Rate, open);
        var place = lines.IndexOf(line);
        lines.RemoveAt(place);
        if (first is not null)
        {
            var covered = money.Line with
            {
                Rated = first,
                Amount = first.Amount,
                Derivation = new PartOfUsage(
                    money.Line.Derivation, credit.Id, 0, first.Units, first.Amount, IsAtOverageBands: false)
                {
                    Line = whole,
                },
            };
            lines.Insert(place++, line.Without(new MoneyLine(covered, keptSubtotal, money.Rate, kept), open));
        }
        var rounding = terms.Amounts.RoundingOf(terms.Amounts.BillingCurrency);
        lines.Insert(place, new DrawableLine(beyond, line.Basis, Math.Max(0, beyond.Converted), rounding));
    }

    private (Line Line, bool IsAtBands) Beyond(
        MoneyLine money, Credit credit, (decimal Covered, RatedUsage Whole) units, RatedUsage rest, decimal perUnit,
        PricedLine whole)
    {
        var bands = BandsOf(money.Line);
        var start = UsageBeyondGrants.RatedOf(money.Line.Derivation)?.Start;
        var isAtBands = bands is not null && units.Whole.Units > units.Covered;
        var rated = isAtBands
            ? UsageRating.Between(
                start is null && units.Covered == 0 ? null : (start ?? Fraction.Zero) + units.Covered,
                (start ?? Fraction.Zero) + units.Whole.Units, perUnit, bands!, cumulative: true)
            : rest;
        return (money.Line with
        {
            Type = LineItemType.OverageUsage,
            Source = money.Line.Source with
            {
                CommitmentId = credit.Kind == CreditKind.Commitment ? credit.Id : null,
                BalanceId = credit.Kind == CreditKind.Balance ? credit.Id : null,
            },
            Description = credit.OverageDescription ?? "Overage usage",
            Rated = rated,
            Share = null,    // a part is no share of a block any more, and is rounded by itself
            Amount = rated.Amount,
            Derivation = new PartOfUsage(
                money.Line.Derivation, credit.Id, units.Covered, units.Whole.Units, rated.Amount, isAtBands)
            {
                Line = whole,
            },
        }, isAtBands);
    }

    private decimal SubtotalOf(MoneyLine money, decimal converted) =>
        money.Line.Source.Currency == terms.Amounts.BillingCurrency
            ? converted
            : terms.Amounts.RoundingOf(money.Line.Source.Currency)
                .RoundPart((Fraction)money.Subtotal * converted / money.Converted);
}
