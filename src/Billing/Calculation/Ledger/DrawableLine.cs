using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>
/// A charge that draws on commitments and balances. Amounts are in the billing currency and rounded. Parts of a charge
/// are rounded cumulatively: if the parts make up the charge, the rounded parts do so exactly, and nothing is left
/// over.
/// </summary>
/// <param name="money">The charge.</param>
/// <param name="basis">The line whose service period and usage determine shares.</param>
/// <param name="amount">What can be drawn for it: its amount without its share of usage credits.</param>
/// <param name="rounding">The rounding of the billing currency.</param>
internal sealed class DrawableLine(MoneyLine money, Line basis, decimal amount, CurrencyRounding rounding)
{
    private readonly List<(Window Window, decimal Amount)> _draws = [];
    private Fraction _covered;

    /// <summary>The charge.</summary>
    public MoneyLine Money { get; private set; } = money;

    /// <summary>The line whose service period and usage determine shares.</summary>
    public Line Basis { get; } = basis;

    /// <summary>What has been drawn for it.</summary>
    public decimal Drawn { get; private set; }

    /// <summary>What can still be drawn for a share of the charge.</summary>
    public (decimal Amount, Fraction Exact) Offer(Fraction share)
    {
        var (ofShare, open) = (amount * share, amount - _covered);
        var exact = ofShare < open ? ofShare : open;
        return exact.Sign <= 0
            ? (0, Fraction.Zero)
            : (Math.Max(0, Math.Min(amount, rounding.RoundPart(_covered + exact)) - Drawn), exact);
    }

    /// <summary>Draws an amount that was offered, or less.</summary>
    public void Draw(Window window, decimal drawn, Fraction exact)
    {
        _covered += exact;
        Drawn += drawn;
        _draws.Add((window, drawn));
    }

    /// <summary>The part of its share in a window that nothing covers, rounded.</summary>
    public decimal OpenWithin(Window window, Fraction share)
    {
        var ofShare = _draws.Where(draw => !draw.Window.Intersect(window.Start, window.End).IsEmpty)
            .Aggregate(amount * share, (left, draw) => left - draw.Amount);
        return Math.Max(0, Math.Min(amount - Drawn, rounding.RoundPart(ofShare)));
    }

    /// <summary>Takes a part that nothing covers off the charge.</summary>
    /// <param name="rest">The charge without the part.</param>
    /// <param name="part">The amount of the part.</param>
    public DrawableLine Without(MoneyLine rest, decimal part)
    {
        var remaining = new DrawableLine(rest, Basis, amount - part, rounding)
        {
            Drawn = Drawn,
            _covered = Drawn,
        };
        remaining._draws.AddRange(_draws);
        return remaining;
    }
}
