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
    public static string OfUsage(PricingTerms terms)
    {
        if (Given(terms.Pricing.Description) is { } description)
            return description;
        var segmented = terms.Compound?.Calculation.Aggregations.FirstOrDefault(one => one.Segments is { Count: > 0 })
            ?? terms.Aggregation;
        return terms.Pricing.Segment is { Count: > 0 } segment && segmented?.SegmentedFields is { } fields
            ? $"{terms.Priced!.Name} ({SegmentText.Values(segment, fields)})"
            : terms.Priced!.Name;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
