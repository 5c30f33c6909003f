using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// Creates the lines of counters. The running total prices the value at the start of its period, so an adjustment on
/// the first day is part of it. Each later adjustment of the period prices the difference, always in arrears. If all is
/// prorated, the lines of a period add up to the price of the value of each day.
/// </summary>
internal sealed class ChargeCounters(AccountTerms account, DateTimeZone zone)
{
    /// <summary>The lines of all plans.</summary>
    /// <exception cref="BillRefusedException">The bands of a counter pricing are invalid.</exception>
    public IEnumerable<Line> For(IEnumerable<DuePlan> plans) =>
        from plan in plans
        from priced in CounterTerms.In(plan.Periods, plan.Terms, account.OwnerOf(plan.Terms), zone)
        from line in RunningTotals(plan, priced).Concat(Adjustments(plan, priced))
        select line;

    private IEnumerable<Line> RunningTotals(DuePlan plan, PricedCounter priced)
    {
        var pricing = priced.Terms.Pricing;
        IEnumerable<ServicePeriod> due = CounterTerms.IsInAdvance(priced.Terms)
            ? plan.Periods.InAdvance(priced.Window)
            : [plan.Periods.InArrears(priced.Window)];
        foreach (var period in due.Where(period => !period.IsEmpty))
        {
            if (priced.Values.At(period.Window.Start) is not { Value: > 0 } current)
                continue;
            var rated = Rated(
                plan, priced, () => CounterRating.Of(current.Value, pricing.PricingBands, pricing.Cumulative));
            var share = ShareOf(rated, period, pricing.ProRateRunningTotal);
            yield return LineOf(
                plan, priced, LineItemType.CounterRunningTotalCharge, period.Window, rated, share,
                new CountedTotal(CountedValue.Of(current), pricing.Cumulative, share));
        }
    }

    private IEnumerable<Line> Adjustments(DuePlan plan, PricedCounter priced)
    {
        var pricing = priced.Terms.Pricing;
        var arrears = plan.Periods.InArrears(priced.Window).Window;
        foreach (var (at, adjustment, before) in priced.Values.Within(arrears))
        {
            var isIncrease = adjustment.Value > before;
            var left = plan.Periods.InArrears(new Window(at, arrears.End));
            var rated = Rated(plan, priced, () => CounterRating.Change(
                before, adjustment.Value, pricing.PricingBands, pricing.Cumulative));
            var share = ShareOf(
                rated, left, isIncrease ? pricing.ProRateAdjustmentDebit : pricing.ProRateAdjustmentCredit);
            yield return LineOf(
                plan, priced,
                isIncrease ? LineItemType.CounterAdjustmentDebit : LineItemType.CounterAdjustmentCredit,
                left.Window, rated, share,
                new CountedChange(before, CountedValue.Of(adjustment), pricing.Cumulative, share));
        }
    }

    // Without proration, every period is charged whole that the time touches. That is more than one only before an
    // epoch.
    private static ProratedAmount ShareOf(RatedUsage rated, ServicePeriod period, bool? isProrated) =>
        ProratedAmount.Of(rated.Amount.ToDecimal(), isProrated ?? true
            ? period.Proration
            : new Proration([new ProrationPart(period.NominalPeriods, 1)])) with
        {
            IsProrated = isProrated is false ? false : null,
        };

    private static Line LineOf(
        DuePlan plan, PricedCounter priced, LineItemType type, Window period, RatedUsage rated, ProratedAmount share,
        Derivation derivation) => new()
        {
            Type = type,
            Source = LineSource.Of(plan.Terms),
            ServicePeriod = period,
            Amount = share.Factor * rated.Amount,
            Description = Descriptions.OfCounter(priced.Terms, type),
            AccountingProductId = priced.Terms.Pricing.AccountingProductId ?? plan.Terms.Product.Id,
            Item = PricedItem.Of(priced.Terms),
            Rated = rated,
            Derivation = derivation,
        };

    private RatedUsage Rated(DuePlan plan, PricedCounter priced, Func<RatedUsage> rate)
    {
        try
        {
            return rate();
        }
        catch (CalculationException fault)
        {
            throw new BillRefusedException(
                $"Account {account.Account.Code}, plan {plan.Terms.Plan.Code}, counter pricing "
                + $"{priced.Terms.Pricing.Id}: {fault.Message}.", fault);
        }
    }
}
