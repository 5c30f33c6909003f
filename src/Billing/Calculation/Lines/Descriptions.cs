using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Charges;
using Tallystick.Pricing.PlanGroups;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// Line descriptions: the configured one, otherwise a default. A blank description counts as not configured.
/// </summary>
internal static class Descriptions
{
    /// <summary>That of the plan, otherwise of the template, otherwise <c>Standing Charge</c>.</summary>
    public static string OfStandingCharge(AccountPlanTerms terms) =>
        Given(terms.Plan.StandingChargeDescription)
        ?? Given(terms.Template.StandingChargeDescription)
        ?? "Standing Charge";

    /// <summary>
    /// That of the pricing, otherwise the name of the aggregation followed by the segment values in parentheses.
    /// </summary>
    public static string OfUsage(PricingTerms terms)
    {
        if (Given(terms.Pricing.Description) is { } description)
            return description;
        return terms.Pricing.Segment is { Count: > 0 } segment && terms.Quantity.SegmentedFields is { } fields
            ? $"{terms.Aggregation.Name} ({SegmentText.Values(segment, fields)})"
            : terms.Aggregation.Name;
    }

    /// <summary>That of the charge, otherwise its name.</summary>
    public static string OfCharge(Charge charge) => Given(charge.Description) ?? charge.Name;

    /// <summary>That of the plan group, otherwise <c>Standing Charge</c>.</summary>
    public static string OfStandingCharge(PlanGroup group) =>
        Given(group.StandingChargeDescription) ?? "Standing Charge";

    /// <summary>That of the pricing, otherwise derived from the name of the aggregation.</summary>
    public static string OfMinimum(PricingTerms terms) =>
        Given(terms.Pricing.MinimumSpendDescription) ?? MinimumOf(terms.Aggregation.Name);

    /// <summary>That of the plan, otherwise of the template, otherwise derived from the name of the product.</summary>
    public static string OfMinimum(AccountPlanTerms terms) =>
        Given(terms.Plan.MinimumSpendDescription)
        ?? Given(terms.Template.MinimumSpendDescription)
        ?? MinimumOf(terms.Product.Name);

    /// <summary>That of the plan group, otherwise derived from its name.</summary>
    public static string OfMinimum(PlanGroup group) =>
        Given(group.MinimumSpendDescription) ?? MinimumOf(group.Name);

    /// <summary>That of the counter pricing, otherwise the kind of charge.</summary>
    public static string OfCounter(CounterPricingTerms terms, LineItemType type) =>
        Given(terms.Pricing.Description) ?? (type switch
        {
            LineItemType.CounterAdjustmentDebit => "Counter Adjustment Debit",
            LineItemType.CounterAdjustmentCredit => "Counter Adjustment Credit",
            _ => "Counter Running Total Charge",
        });

    private static string MinimumOf(string name) => $"{name} Minimum Spend Adjustment";

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
