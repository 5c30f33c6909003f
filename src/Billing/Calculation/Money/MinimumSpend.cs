using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>A minimum spend of a pricing, a plan or a plan group.</summary>
internal sealed record MinimumSpend
{
    /// <summary>What it comes from.</summary>
    public required LineSource Source { get; init; }

    /// <summary>The aggregation, for a minimum of a pricing.</summary>
    public PricedItem? Item { get; init; }

    /// <summary>The amount for a whole period.</summary>
    public required decimal Amount { get; init; }

    /// <summary>Whether it is charged at the start of its period.</summary>
    public required bool IsInAdvance { get; init; }

    /// <summary>Description of its lines.</summary>
    public required string Description { get; init; }

    /// <summary>UUID of the product to which its lines are attributed for accounting.</summary>
    public required string? AccountingProductId { get; init; }

    /// <summary>When it applies, in the two periods of the bill, in order.</summary>
    public required IReadOnlyList<Window> Windows { get; init; }

    /// <summary>
    /// What the customer gets back of a minimum that was charged in advance, so that the minimum and the usage together
    /// cost the greater of the two. The minimum is that of the current terms: if it has changed since it was charged,
    /// the earlier bill must be recalculated, too.
    /// </summary>
    /// <param name="due">The minimum that was charged.</param>
    /// <param name="spent">The usage.</param>
    public static decimal RefundOf(decimal due, decimal spent) => Math.Min(spent, due);

    /// <summary>
    /// In arrears, tops up the usage to the minimum. In advance, charges the coming period and refunds the minimum of
    /// the past one up to the usage.
    /// </summary>
    /// <param name="periods">The periods of the bill.</param>
    /// <param name="spent">What counts toward the minimum in the period in arrears.</param>
    /// <param name="round">Rounds an amount to the currency of the minimum.</param>
    public ChargedMinimum Charge(BillPeriods periods, IReadOnlyList<SpentPart> spent, Func<Fraction, decimal> round)
    {
        var past = Windows.Select(periods.InArrears).Where(period => !period.IsEmpty).ToList();
        List<ProratedAmount> shares = IsInAdvance
            ? [.. past.Select(period => ProratedAmount.Of(Amount, period.Proration))]
            : [ProratedAmount.Of(Amount, Proration.Of(past.SelectMany(period => period.Proration.Parts)))];
        var due = shares.Sum(share => round(share.Factor * Amount));
        var total = spent.Sum(part => part.Amount);
        var derivation = new MinimumDue(shares, due, new SpentAmount(total, spent));
        var added = past.Count == 0 ? 0 : Math.Max(0, due - total);
        if (IsInAdvance)
        {
            var refund = past.Count == 0 ? 0 : RefundOf(due, total);
            var lines = Windows.SelectMany(periods.InAdvance).Select(period => InAdvance(period, round)).ToList();
            if (refund != 0)
                lines.Add(LineOf(LineItemType.MinimumSpendRefund, Over(past), -refund, derivation));
            return new ChargedMinimum(lines, added, TopUp: null);
        }
        if (added == 0)
            return new ChargedMinimum([], 0, TopUp: null);
        var topUp = LineOf(LineItemType.MinimumSpend, Over(past), added, derivation);
        return new ChargedMinimum([topUp], added, topUp);
    }

    private Line InAdvance(ServicePeriod period, Func<Fraction, decimal> round)
    {
        var share = ProratedAmount.Of(Amount, period.Proration);
        var due = round(share.Factor * Amount);
        return LineOf(LineItemType.MinimumSpend, period.Window, due, new MinimumDue([share], due, null));
    }

    private Line LineOf(LineItemType type, Window period, decimal amount, Derivation derivation) => new()
    {
        Type = type,
        Source = Source,
        Item = Item,
        ServicePeriod = period,
        Amount = amount,
        Description = Description,
        AccountingProductId = AccountingProductId,
        Derivation = derivation,
    };

    private static Window Over(IReadOnlyList<ServicePeriod> periods) =>
        new(periods[0].Window.Start, periods[^1].Window.End);
}

/// <summary>The lines of a minimum spend.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="Added">What it adds to the usage of the period in arrears.</param>
/// <param name="TopUp">The line of that, if it is on this bill.</param>
internal sealed record ChargedMinimum(IReadOnlyList<Line> Lines, decimal Added, Line? TopUp);
