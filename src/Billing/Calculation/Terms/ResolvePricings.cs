using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A pricing and a window in which it is the only one for its aggregation and segment.</summary>
/// <param name="Plan">The account plan that is charged.</param>
/// <param name="Terms">The pricing.</param>
/// <param name="Window">The window; never empty.</param>
internal sealed record PricedWindow(DuePlan Plan, PricingTerms Terms, Window Window);

/// <summary>
/// Determines which pricing is in effect at each time. Usage is charged only while both the account plan and a pricing
/// are active. A price change within the period splits the period, and each part is rated from the first band. While a
/// pricing of the plan is active, it overrides those of the template for the same aggregation and segment.
/// </summary>
internal static class ResolvePricings
{
    /// <summary>The priced windows of all plans, in a fixed order.</summary>
    /// <exception cref="BillRefusedException">Two pricings of a plan, or of a template, overlap.</exception>
    public static IReadOnlyList<PricedWindow> Over(Account account, IReadOnlyList<DuePlan> plans) =>
    [
        .. plans
            .SelectMany(plan => Over(account, plan))
            .OrderBy(priced => priced.Plan.Terms.AccountPlan.Id, StringComparer.Ordinal)
            .ThenBy(priced => priced.Terms.Pricing.Id, StringComparer.Ordinal)
            .ThenBy(priced => priced.Window.Start),
    ];

    private static IEnumerable<PricedWindow> Over(Account account, DuePlan plan) => plan.Terms.Pricings
        .GroupBy(terms => (
            terms.Pricing.AggregationId, terms.Pricing.CompoundAggregationId, SegmentText.Of(terms.Pricing.Segment)))
        .SelectMany(group => OverOne(account, plan, [.. group]));

    private static IEnumerable<PricedWindow> OverOne(
        Account account, DuePlan plan, IReadOnlyList<PricingTerms> pricings)
    {
        var ofPlan = Windows(account, plan, pricings.Where(terms => terms.Pricing.PlanId is not null));
        var ofTemplate = Windows(account, plan, pricings.Where(terms => terms.Pricing.PlanId is null));
        foreach (var priced in ofPlan)
            yield return priced;
        foreach (var priced in ofTemplate)
        {
            foreach (var window in Uncovered(priced.Window, ofPlan))
                yield return priced with { Window = window };
        }
    }

    private static List<PricedWindow> Windows(Account account, DuePlan plan, IEnumerable<PricingTerms> pricings)
    {
        var windows = pricings
            .Select(terms => new PricedWindow(plan, terms, WindowOf(terms.Pricing, plan.Arrears.Window)))
            .Where(priced => !priced.Window.IsEmpty)
            .OrderBy(priced => priced.Window.Start)
            .ThenBy(priced => priced.Terms.Pricing.Id, StringComparer.Ordinal)
            .ToList();
        for (var index = 1; index < windows.Count; index++)
        {
            if (windows[index].Window.Start < windows[index - 1].Window.End)
                throw Overlap(account, windows[index - 1], windows[index]);
        }
        return windows;
    }

    private static Window WindowOf(PlanPricing pricing, Window arrears) =>
        arrears.Intersect(pricing.StartDate, pricing.EndDate);

    private static IEnumerable<Window> Uncovered(Window window, IReadOnlyList<PricedWindow> covering)
    {
        var from = window.Start;
        foreach (var cover in covering.Where(cover => !window.Intersect(cover.Window.Start, cover.Window.End).IsEmpty))
        {
            if (from < cover.Window.Start)
                yield return new Window(from, cover.Window.Start);
            from = cover.Window.End;
        }
        if (from < window.End)
            yield return new Window(from, window.End);
    }

    private static BillRefusedException Overlap(Account account, PricedWindow first, PricedWindow second) => new(
        $"Account {account.Code}, account plan {first.Plan.Terms.AccountPlan.Id} "
        + $"(plan {first.Plan.Terms.Plan.Code}): pricings {first.Terms.Pricing.Id} and {second.Terms.Pricing.Id} "
        + "price the same usage at the same time.");
}
