using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Products;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>What a bill draws from a commitment or balance for one charge.</summary>
/// <param name="Credit">The commitment or balance.</param>
/// <param name="Line">The charge.</param>
/// <param name="Detail">The amounts.</param>
internal sealed record Draw(Credit Credit, Line Line, DrawOfLine Detail);

/// <summary>
/// Draws the charges of a bill from the commitments and balances of its account, in the order of the credits and then
/// of the charges. A charge that is covered whole leaves exactly 0 in the billing currency, whatever the rates; a
/// credit that does not suffice covers as much as its remaining amount is worth, rounded. Amounts in the currency of
/// the credit are rounded cumulatively over its charges; if that leaves a draw worth less than the charge by more than
/// the smallest unit of the billing currency, it covers only what it is worth.
/// </summary>
internal sealed class Drawdown
{
    private readonly CreditTerms _terms;
    private readonly AccountLedger _ledger;
    private readonly IReadOnlyList<MoneyLine> _others;
    private readonly List<DrawableLine> _lines;
    private readonly List<Draw> _draws = [];

    private Drawdown(CreditTerms terms, AccountLedger ledger, IReadOnlyList<MoneyLine> charges)
    {
        (_terms, _ledger) = (terms, ledger);
        charges = new Grants(terms, LeftOf, _draws).Apply(charges);
        var rounding = terms.Amounts.RoundingOf(terms.Amounts.BillingCurrency);
        var drawable = DrawableAmounts.Of(charges, rounding);
        var drawing = charges.Zip(drawable).Where(one => one.Second > 0)
            .OrderBy(one => Credit.RankOf(one.First.Line.Type))
            .ToList();
        _lines = [.. drawing.Select(one => new DrawableLine(one.First, one.First.Line, one.Second, rounding))];
        _others = [.. charges.Except(drawing.Select(one => one.First))];
    }

    /// <summary>Applies the commitments and balances.</summary>
    /// <param name="terms">What the draws depend on.</param>
    /// <param name="ledger">What other bills have drawn.</param>
    /// <param name="charges">The charges in the order of the bill.</param>
    /// <returns>All lines of the bill, in no order, and the draws to be stored.</returns>
    /// <exception cref="BillRefusedException">
    /// A rate or currency is missing, or a commitment or balance has changed since the charges were calculated.
    /// </exception>
    public static (IReadOnlyList<MoneyLine> Lines, IReadOnlyList<LedgerEntry> Entries) Of(
        CreditTerms terms, AccountLedger ledger, IReadOnlyList<MoneyLine> charges)
    {
        if (terms.Credits.Count == 0)
            return (charges, []);
        terms.Amounts.BeginDraws();
        var drawdown = new Drawdown(terms, ledger, charges);
        var overage = new Overage(terms, drawdown._lines, drawdown.IsCredited);
        // Balances after commitments draw on the lines as divided.
        foreach (var ofKind in terms.Credits.GroupBy(credit => credit.Kind))
        {
            foreach (var credit in ofKind.Where(credit => !credit.IsGrant))
                drawdown.DrawFrom(credit);
            if (ofKind.Key == CreditKind.Commitment)
                overage.DivideBeyondCommitments();
        }
        var surcharges = overage.AfterAllDraws();
        var lines = drawdown._others
            .Concat(drawdown._lines.Select(line => line.Money))
            .Concat(drawdown.ConsumedLines())
            .Concat(surcharges)
            .ToList();
        return (lines, drawdown.Entries());
    }

    private void DrawFrom(Credit credit)
    {
        var exact = Fraction.Zero;
        var before = 0m;
        foreach (var line in _lines)
        {
            var share = _terms.ShareOf(line, credit, credit.Window);
            var (covers, exactly) = line.Offer(share);
            if (covers == 0)
                continue;
            var left = LeftOf(credit);
            if (left is <= 0)
                break;
            var worth = WorthOf(line.Money, credit);
            var after = RoundedIn(credit.Currency, exact + (covers * worth));
            if (after == 0)
                continue;
            if (worth.Sign > 0 && IsTooLittle(after - exact, covers * worth, worth))
            {
                exactly = covers = RoundedIn(_terms.Amounts.BillingCurrency, (after - exact) / worth);
                after = RoundedIn(credit.Currency, exact + (covers * worth));
                if (covers <= 0 || after <= before)
                    continue;
            }
            exact += covers * worth;
            var needed = after - before;
            var isSufficient = left is null || needed <= left;
            if (!isSufficient)
            {
                needed = left!.Value;
                covers = Math.Min(covers, WorthInBilling(credit, needed));
                exactly = covers;
                if (covers == 0)
                    break;
            }
            before = after;
            _draws.Add(new Draw(credit, line.Money.Line, new DrawOfLine(
                ContentId.OfLine(_terms.BillId, line.Money.Line), credit.IsRollover, share, left,
                RateOf(line.Money, credit), needed, covers)));
            line.Draw(credit.Window, covers, exactly);
            if (!isSufficient)
                break;
        }
    }

    /// <summary>What is left, in the smallest amounts of the currency; null if there is no limit.</summary>
    private decimal? LeftOf(Credit credit)
    {
        var left = StateOf(credit) switch
        {
            { Left: null } when !credit.IsRollover => null,
            var state when credit.IsRollover => Least(
                state.LeftToRollOver - TakenFrom(credit.Id, ofRollover: false),
                state.RolloverLeft - TakenFrom(credit.Id, ofRollover: true)),
            var state => state.Left - TakenFrom(credit.Id, ofRollover: false),
        };
        var rounding = _terms.Amounts.RoundingOf(credit.Currency);
        return left?.Round(rounding.DecimalPlaces, RoundingMode.Floor);
    }

    private bool IsCredited(Credit credit) => StateOf(credit) is { IsCredited: true, Left: not null };

    private CreditLeft StateOf(Credit credit) => (credit.Kind == CreditKind.Commitment
        ? _ledger.OfCommitment(credit.Id, credit.Currency)
        : _ledger.OfBalance(credit.Id, credit.Currency, _terms.Until, _terms.AllowsOverdraft))
        ?? throw new BillRefusedException(
            $"{credit.Name} was deleted or has a different currency since the charges of the bill were calculated. Run "
            + "the job again.");

    private Fraction TakenFrom(string id, bool ofRollover) => _draws
        .Where(draw => draw.Credit.Id == id && (draw.Credit.IsRollover || !ofRollover))
        .Aggregate(Fraction.Zero, (sum, draw) => sum + draw.Detail.Amount);

    /// <summary>What one unit of the billing currency of a charge is worth in the currency of the credit.</summary>
    private Fraction WorthOf(MoneyLine money, Credit credit) => credit.Currency == _terms.Amounts.BillingCurrency
        ? 1m
        : (Fraction)money.Subtotal * RateOf(money, credit) / money.Converted;

    /// <summary>
    /// Whether a rounded draw is worth less than a charge by more than the smallest amount of the billing currency.
    /// </summary>
    private bool IsTooLittle(Fraction drawn, Fraction charge, Fraction worth) =>
        drawn + (worth * _terms.Amounts.RoundingOf(_terms.Amounts.BillingCurrency).SmallestAmount) < charge;

    private decimal RateOf(MoneyLine money, Credit credit) =>
        credit.Currency == _terms.Amounts.BillingCurrency
            ? money.Rate
            : _terms.Amounts.RateOfDraw(money.Line.Source.Currency, credit.Currency);

    private decimal WorthInBilling(Credit credit, decimal amount) => RoundedIn(
        _terms.Amounts.BillingCurrency, (Fraction)amount * _terms.Amounts.RateFrom(credit.Currency));

    private decimal RoundedIn(string currency, Fraction amount) =>
        _terms.Amounts.RoundingOf(currency).RoundPart(amount);

    private IEnumerable<MoneyLine> ConsumedLines() => _draws
        .Where(draw => !draw.Credit.IsGrant)
        .GroupBy(draw => (draw.Credit.Id, ProductOf(draw)?.Id, ChildOf(draw)?.Id))
        .Select(group => ConsumedLine([.. group]));

    // Draws on a balance belong to a product only if the balance names one for accounting.
    private static Product? ProductOf(Draw draw) =>
        draw.Credit is { Kind: CreditKind.Balance, DrawsAccountingProductId: null } ? null : draw.Line.Source.Product;

    // A commitment that is billed with a breakdown shows what each account draws.
    private static Account? ChildOf(Draw draw) => draw.Credit.IsPerAccount ? draw.Line.Source.Child : null;

    private MoneyLine ConsumedLine(IReadOnlyList<Draw> draws)
    {
        var credit = draws[0].Credit;
        var product = ProductOf(draws[0]);
        var amount = draws.Sum(draw => draw.Detail.Amount);
        var line = new Line
        {
            Type = credit.Kind == CreditKind.Commitment
                ? LineItemType.CommitmentConsumed : LineItemType.BalanceConsumed,
            Source = credit.SourceFor(product, credit.Currency) with { Child = ChildOf(draws[0]) },
            ServicePeriod = PeriodOf(draws.Select(draw =>
                draw.Line.ServicePeriod.Intersect(draw.Credit.Window.Start, draw.Credit.Window.End))),
            Amount = -amount,
            Description = credit.Description,
            AccountingProductId = credit.DrawsAccountingProductId,
            Discriminator = product?.Id ?? "",
            Derivation = new CreditDraw(credit.Id, [.. draws.Select(draw => draw.Detail)]),
        };
        return new MoneyLine(
            line, -amount, _terms.Amounts.RateFrom(credit.Currency), -draws.Sum(draw => draw.Detail.Converted));
    }

    private List<LedgerEntry> Entries() =>
    [
        .. _draws
            .GroupBy(draw => (draw.Credit.Kind, draw.Credit.Id, draw.Credit.IsRollover))
            .Select(group => new LedgerEntry(
                _terms.BillId, group.Key.Kind, group.Key.Id, group.Key.IsRollover,
                group.Sum(draw => draw.Detail.Amount)))
            .Where(entry => entry.Amount > 0)
            .OrderBy(entry => entry.CreditId, StringComparer.Ordinal).ThenBy(entry => entry.IsRollover),
    ];

    /// <summary>From the first start to the last end.</summary>
    internal static Window PeriodOf(IEnumerable<Window> windows)
    {
        var all = windows.ToList();
        return new Window(all.Min(window => window.Start), all.Max(window => window.End));
    }

    private static Fraction? Least(Fraction one, Fraction? other) => other is { } given && given < one ? given : one;
}
