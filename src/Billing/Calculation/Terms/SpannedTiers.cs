using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// Tiers that span the plan (<c>tiersSpanPlan</c>): bands count units from the start of the account plan, over all
/// pricings of the same aggregation and segment and over times without pricing. Determines which windows count before a
/// priced window.
/// </summary>
internal static class SpannedTiers
{
    /// <summary>
    /// The greatest number of earlier windows of an aggregation that does not add up, each of which must be measured.
    /// </summary>
    internal const int MaxWindows = 5_000;

    /// <summary>
    /// The earlier windows: a single one if the aggregation adds up, otherwise one for each part of a billing period
    /// that was priced on its own, because the results of those parts were billed.
    /// </summary>
    /// <param name="account">The account billed.</param>
    /// <param name="priced">The priced window.</param>
    /// <param name="pricings">All pricings of the plan for the same aggregation and segment.</param>
    /// <exception cref="BillRefusedException">There are too many, or two pricings overlap.</exception>
    public static IReadOnlyList<PricedWindow> Before(
        Account account, PricedWindow priced, IReadOnlyList<PricingTerms> pricings)
    {
        var start = priced.Plan.Periods.Cycle.ActiveFrom;
        if (start >= priced.Window.Start)
            return [];
        return AddsUp(priced.Terms.Quantity)
            ? [priced with { Window = new Window(start, priced.Window.Start) }]
            : [.. Parts(account, priced, pricings)];
    }

    // Rounding and default values apply to each period, so with them even sums do not add up.
    private static bool AddsUp(PricedQuantity quantity) => quantity is SimpleQuantity
    {
        Simple:
        {
            Method: AggregationMethod.Sum or AggregationMethod.Count,
            Rounding: Rounding.None,
            DefaultValue: null or 0,
        },
    };

    private static IEnumerable<PricedWindow> Parts(
        Account account, PricedWindow priced, IReadOnlyList<PricingTerms> pricings)
    {
        var plan = priced.Plan;
        var found = 0;
        for (var bill = plan.Periods.Cycle.FirstBillInArrears(); bill <= plan.Periods.Boundary; bill++)
        {
            var period = plan.Periods.Cycle.Before(bill, periods: 1).Window;
            foreach (var window in PartsOf(period, account, plan.Terms, pricings))
            {
                if (window.End > priced.Window.Start)
                    yield break;
                if (++found > MaxWindows)
                    throw TooMany(account, priced);
                yield return priced with { Window = window, Period = period };
            }
        }
    }

    private static IEnumerable<Window> PartsOf(
        Window period, Account account, AccountPlanTerms plan, IReadOnlyList<PricingTerms> pricings)
    {
        var cuts = new SortedSet<Instant> { period.Start, period.End };
        foreach (var (_, window) in ResolvePricings.InOne(period, account, plan, pricings))
            cuts.UnionWith([window.Start, window.End]);
        return cuts.Zip(cuts.Skip(1), (from, to) => new Window(from, to));
    }

    private static BillRefusedException TooMany(Account account, PricedWindow priced) => new(
        $"Account {account.Code}, plan {priced.Plan.Terms.Plan.Code}, pricing {priced.Terms.Pricing.Id}: with "
        + FormattableString.Invariant($"tiersSpanPlan, the units of more than {MaxWindows} earlier periods count, ")
        + "which is too many. Use a sum or a count without rounding and default value, or attach the plan anew.");
}
