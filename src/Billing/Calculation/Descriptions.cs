using Tallystick.Metering.Aggregations;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation;

/// <summary>The texts of lines: the configured one, else a default. An empty text counts as none.</summary>
internal static class Descriptions
{
    /// <summary>The plan's, else the template's, else <c>Standing Charge</c>.</summary>
    public static string OfStandingCharge(AccountPlanTerms terms) =>
        Given(terms.Plan.StandingChargeDescription)
        ?? Given(terms.Template.StandingChargeDescription)
        ?? "Standing Charge";

    /// <summary>The pricing's, else the name of the aggregation, with the values of a segment in parentheses.</summary>
    public static string OfUsage(PlanPricing pricing, Aggregation aggregation)
    {
        if (Given(pricing.Description) is { } description)
            return description;
        return pricing.Segment is { Count: > 0 } segment && aggregation.SegmentedFields is { } fields
            ? $"{aggregation.Name} ({SegmentText.Values(segment, fields)})"
            : aggregation.Name;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
