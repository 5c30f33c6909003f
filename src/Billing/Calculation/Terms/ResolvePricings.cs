using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A pricing and a window in which it is the only one for its aggregation and segment.</summary>
/// <param name="Plan">The account plan that is charged.</param>
/// <param name="Terms">The pricing.</param>
/// <param name="Window">The window; never empty.</param>
internal sealed record PricedWindow(DuePlan Plan, PricingTerms Terms, Window Window)
{
    /// <summary>The billing period of the window.</summary>
    public Window Period { get; init; } = Plan.Arrears.Window;

    /// <summary>
    /// Windows before it whose units count toward its bands; empty unless the tiers span the plan.
    /// </summary>
    public IReadOnlyList<PricedWindow> Before { get; init; } = [];
}

/// <summary>
/// Determines which pricing is in effect at each time. Usage is charged only while both the account plan and a pricing
/// are active. A price change within the period splits the period, and each part is rated from the first band, unless
/// the tiers span the plan. While a pricing of the plan is active, it overrides those of the template for the same
/// aggregation and segment.
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

    /// <summary>The pricings of a plan and the windows of a time in which each is in effect.</summary>
    /// <exception cref="BillRefusedException">Two pricings of the plan, or of its template, overlap.</exception>
    public static IEnumerable<(PricingTerms Terms, Window Window)> In(
        Window time, Account account, AccountPlanTerms plan) =>
        ByMetric(plan.Pricings).SelectMany(pricings => InOne(time, account, plan, pricings));

    /// <summary>The same for the pricings of one aggregation and segment.</summary>
    /// <exception cref="BillRefusedException">Two pricings of the plan, or of its template, overlap.</exception>
    public static IEnumerable<(PricingTerms Terms, Window Window)> InOne(
        Window time, Account account, AccountPlanTerms plan, IReadOnlyList<PricingTerms> pricings) =>
        PricesInEffect.Over(
            time, pricings, terms => DatesOf(terms.Pricing), (first, second) => Overlap(account, plan, first, second));

    private static IEnumerable<PricedWindow> Over(Account account, DuePlan plan) =>
        from pricings in ByMetric(plan.Terms.Pricings)
        from priced in InOne(plan.Arrears.Window, account, plan.Terms, pricings)
        let window = new PricedWindow(plan, priced.Terms, priced.Window)
        select priced.Terms.Pricing.TiersSpanPlan == true
            ? window with { Before = SpannedTiers.Before(account, window, pricings) }
            : window;

    private static IEnumerable<IReadOnlyList<PricingTerms>> ByMetric(IEnumerable<PricingTerms> pricings) => pricings
        .GroupBy(terms => (
            terms.Pricing.AggregationId, terms.Pricing.CompoundAggregationId, SegmentText.Of(terms.Pricing.Segment)))
        .Select(IReadOnlyList<PricingTerms> (group) => [.. group]);

    private static PriceDates DatesOf(PlanPricing pricing) =>
        new(pricing.Id, pricing.PlanId is not null, pricing.StartDate, pricing.EndDate);

    private static BillRefusedException Overlap(
        Account account, AccountPlanTerms plan, PricingTerms first, PricingTerms second) => new(
        $"Account {account.Code}, account plan {plan.AccountPlan.Id} (plan {plan.Plan.Code}): pricings "
        + $"{first.Pricing.Id} and {second.Pricing.Id} price the same usage at the same time.");
}
