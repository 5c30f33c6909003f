using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Minimum spends billed at the start of a period. They are not billed yet, but a plan with one is included in that
/// bill, so that the bill is refused instead of incomplete.
/// </summary>
internal static class AdvanceMinimum
{
    /// <summary>Whether the plan or its template has a minimum spend above 0, the plan's value first.</summary>
    public static bool IsOfPlan(AccountPlanTerms terms) => (terms.Plan.MinimumSpend ?? terms.Template.MinimumSpend) > 0;

    /// <summary>Whether the plan asks for one for the time that starts at the bill date.</summary>
    public static bool IsAsked(AccountPlanTerms terms, OrganizationConfig organization, Window advance)
    {
        if (advance.IsEmpty)
            return false;
        var ofPlan = IsOfPlan(terms) && (terms.Plan.MinimumSpendBillInAdvance
            ?? terms.Template.MinimumSpendBillInAdvance
            ?? organization.MinimumSpendBillInAdvance
            ?? false);
        return ofPlan || terms.Pricings.Any(pricing =>
            pricing.Pricing.MinimumSpend > 0
            && (pricing.Pricing.MinimumSpendBillInAdvance ?? organization.MinimumSpendBillInAdvance ?? false)
            && !advance.Intersect(pricing.Pricing.StartDate, pricing.Pricing.EndDate).IsEmpty);
    }
}
