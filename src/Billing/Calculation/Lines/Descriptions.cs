using Tallystick.Billing.Calculation.Terms;

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

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
