using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A counter pricing and a window in which it is the only one for its counter.</summary>
/// <param name="Terms">The counter pricing.</param>
/// <param name="Window">The window; never empty.</param>
/// <param name="Values">The values of the counter for the account billed.</param>
internal sealed record PricedCounter(CounterPricingTerms Terms, Window Window, CounterValues Values);

/// <summary>Determines which counter pricings are in effect, and the values that they price.</summary>
internal static class CounterTerms
{
    /// <summary>The counter pricings of a plan in the two periods of a bill, in a fixed order.</summary>
    /// <exception cref="BillRefusedException">
    /// Two counter pricings of the plan, or of its template, overlap.
    /// </exception>
    public static IEnumerable<PricedCounter> In(
        BillPeriods periods, AccountPlanTerms plan, AccountTerms account, DateTimeZone zone) =>
        from counter in plan.CounterPricings
            .GroupBy(terms => terms.Pricing.CounterId).OrderBy(counter => counter.Key, StringComparer.Ordinal)
        let values = CounterValues.Of(counter.Key, account, zone)
        where !values.AreNone
        from priced in PricesInEffect.Over(
            periods.Both, [.. counter], DatesOf, (first, second) => Overlap(account.Account, plan, first, second))
        select new PricedCounter(priced.Price, priced.Window, values);

    /// <summary>Whether the running total is billed at the start of its period. Default: true.</summary>
    public static bool IsInAdvance(CounterPricingTerms terms) => terms.Pricing.RunningTotalBillInAdvance ?? true;

    /// <summary>Whether a bill charges a running total in advance.</summary>
    /// <exception cref="BillRefusedException">
    /// Two counter pricings of the plan, or of its template, overlap.
    /// </exception>
    public static bool AreDueInAdvance(
        BillPeriods periods, AccountPlanTerms plan, AccountTerms account, DateTimeZone zone) =>
        In(periods, plan, account, zone).Any(priced => IsInAdvance(priced.Terms)
            && periods.InAdvance(priced.Window).Any(period => priced.Values.At(period.Window.Start) is { Value: > 0 }));

    private static PriceDates DatesOf(CounterPricingTerms terms) => new(
        terms.Pricing.Id, terms.Pricing.PlanId is not null, terms.Pricing.StartDate, terms.Pricing.EndDate);

    private static BillRefusedException Overlap(
        Account account, AccountPlanTerms plan, CounterPricingTerms first, CounterPricingTerms second) => new(
        $"Account {account.Code}, account plan {plan.AccountPlan.Id} (plan {plan.Plan.Code}): counter pricings "
        + $"{first.Pricing.Id} and {second.Pricing.Id} price the same counter at the same time.");
}

/// <summary>The values of a counter for an account over time.</summary>
internal sealed class CounterValues
{
    private readonly List<CounterChange> _changes;

    private CounterValues(List<CounterChange> changes) => _changes = changes;

    /// <summary>Whether the account has no adjustment of the counter, so that its value is always 0.</summary>
    public bool AreNone => _changes.Count == 0;

    /// <summary>The values that the adjustments of an account result in.</summary>
    public static CounterValues Of(string counterId, AccountTerms account, DateTimeZone zone)
    {
        var changes = new List<CounterChange>();
        foreach (var adjustment in account.CounterAdjustments.Where(one => one.CounterId == counterId)
            .OrderBy(adjustment => adjustment.Date).ThenBy(adjustment => adjustment.Id, StringComparer.Ordinal))
        {
            var before = changes is [.., var last] ? last.Adjustment.Value : 0;
            var change = new CounterChange(LocalDay.Start(adjustment.Date, zone), adjustment, before);
            // Two days start at the same instant if the time zone skipped the first one.
            if (changes is [.., var same] && same.At == change.At)
                changes[^1] = change with { ValueBefore = same.ValueBefore };
            else
                changes.Add(change);
        }
        return new CounterValues(changes);
    }

    /// <summary>The adjustment in effect at an instant; null if the value is still 0.</summary>
    public CounterAdjustment? At(Instant instant) => _changes.FindLast(change => change.At <= instant)?.Adjustment;

    /// <summary>
    /// The changes of the value after the start and before the end of a window. A change at the start is not one of
    /// them: the value at the start includes it.
    /// </summary>
    public IEnumerable<CounterChange> Within(Window window) => _changes.Where(change =>
        window.Start < change.At && change.At < window.End && change.Adjustment.Value != change.ValueBefore);
}

/// <summary>An adjustment of a counter, and the value before it.</summary>
/// <param name="At">When it takes effect.</param>
/// <param name="Adjustment">The adjustment.</param>
/// <param name="ValueBefore">The value until then.</param>
internal sealed record CounterChange(Instant At, CounterAdjustment Adjustment, int ValueBefore);
