using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>Which minimum spends apply, and whether they are billed in advance. An amount of 0 is no minimum.</summary>
internal static class MinimumTerms
{
    /// <summary>
    /// The minimum of a pricing. Only usage that is charged counts toward a minimum, so a pricing that credits usage
    /// has none.
    /// </summary>
    public static decimal Of(PlanPricing pricing) =>
        pricing.Type is PricingType.ProductCredit or PricingType.GlobalCredit ? 0 : pricing.MinimumSpend ?? 0;

    /// <summary>
    /// The minimum of a plan: its own, even if it is 0, otherwise the template's. In a plan group with a minimum of its
    /// own, the minimums of the plans do not apply.
    /// </summary>
    public static decimal Of(AccountPlanTerms terms) => terms.Group is { } group && Of(group) > 0
        ? 0
        : terms.Plan.MinimumSpend ?? terms.Template.MinimumSpend ?? 0;

    /// <summary>Whether a plan, one of its pricings or its plan group has a minimum.</summary>
    public static bool Has(DuePlan plan) => Of(plan.Terms) > 0
        || (plan.Terms.Group is { } group && Of(group) > 0)
        || plan.Terms.Pricings.Any(terms => Of(terms.Pricing) > 0);

    /// <summary>The minimum of a plan group.</summary>
    public static decimal Of(PlanGroup group) => group.MinimumSpend ?? 0;

    /// <summary>The setting of the pricing, otherwise of the organization. Default: in arrears.</summary>
    public static bool IsInAdvance(PlanPricing pricing, OrganizationConfig organization) =>
        pricing.MinimumSpendBillInAdvance ?? organization.MinimumSpendBillInAdvance ?? false;

    /// <summary>
    /// The setting of the plan, otherwise of the template, otherwise of the organization. Default: in arrears.
    /// </summary>
    public static bool IsInAdvance(AccountPlanTerms terms, OrganizationConfig organization) =>
        terms.Plan.MinimumSpendBillInAdvance
        ?? terms.Template.MinimumSpendBillInAdvance
        ?? organization.MinimumSpendBillInAdvance
        ?? false;

    /// <summary>The setting of the plan group, otherwise of the organization. Default: in arrears.</summary>
    public static bool IsInAdvance(PlanGroup group, OrganizationConfig organization) =>
        group.MinimumSpendBillInAdvance ?? organization.MinimumSpendBillInAdvance ?? false;

    /// <summary>
    /// Whether a bill charges a minimum in advance: of the plan, of one of its pricings, or of the plan group that it
    /// leads.
    /// </summary>
    public static bool AreDueInAdvance(
        Account account, AccountPlanTerms terms, PlanGroup? led, BillPeriods periods, OrganizationConfig organization)
    {
        var time = periods.Both;
        return (Of(terms) > 0 && IsInAdvance(terms, organization) && IsDue(time))
            || (led is not null && Of(led) > 0 && IsInAdvance(led, organization) && IsDue(time))
            || (terms.Pricings.Any(pricing => IsOfPricing(pricing.Pricing))
                && ResolvePricings.In(time, account, terms)
                    .Any(priced => IsOfPricing(priced.Terms.Pricing) && IsDue(priced.Window)));

        bool IsOfPricing(PlanPricing pricing) => Of(pricing) > 0 && IsInAdvance(pricing, organization);

        bool IsDue(Window window) => periods.InAdvance(window).Any();
    }
}
