using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// Finds minimum spends to bill in advance. This version does not bill them, but a plan that has one still counts as
/// due, so that its bill is refused rather than issued without the minimum spend.
/// </summary>
internal static class AdvanceMinimum
{
    /// <summary>Whether the plan has a minimum spend above 0. The plan's value overrides the template's.</summary>
    public static bool IsOfPlan(AccountPlanTerms terms) => (terms.Plan.MinimumSpend ?? terms.Template.MinimumSpend) > 0;

    /// <summary>Whether a minimum spend is due in advance for the period that starts on the bill date.</summary>
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
