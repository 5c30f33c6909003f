using Microsoft.AspNetCore.Http;

namespace Tallystick.Console.Layout;

/// <summary>A page of a section.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Path">Its path below the organization.</param>
/// <param name="Operation">The operation that it needs; those who may not run it do not see it.</param>
public sealed record SectionPage(string Title, string Path, string Operation);

/// <summary>A section of the console.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Pages">Its pages. The first is where the navigation leads.</param>
public sealed record Section(string Title, params IReadOnlyList<SectionPage> Pages)
{
    /// <summary>Paths of pages that belong to it and that only its pages lead to.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Whether a page is in it.</summary>
    /// <param name="path">Its path below the organization.</param>
    public bool Holds(PathString path) =>
        Pages.Select(page => page.Path).Concat(Parts).Any(start => path.StartsWithSegments($"/{start}"));

    /// <summary>What the navigation shows below the dashboard.</summary>
    public static IReadOnlyList<Section> All { get; } =
    [
        new("Accounts",
            new("Accounts", "accounts", "GET accounts"),
            new("Contracts", "contracts", "GET contracts"),
            new("Prepayments", "commitments", "GET commitments"),
            new("Balances", "balances", "GET balances"))
        {
            Parts = ["accountplans", "charges", "counteradjustments", "externalmappings"],
        },
        new("Products", new SectionPage("Products", "products", "GET products")),
        new("Metering",
            new("Meters", "meters", "GET meters"),
            new("Aggregations", "aggregations", "GET aggregations"),
            new("Compound aggregations", "compoundaggregations", "GET compoundaggregations"),
            new("Counters", "counters", "GET counters"),
            new("Lookup tables", "lookuptables", "GET lookuptables"),
            new("Usage explorer", "usage", "POST usage/query"),
            new("Ingest", "ingest", "GET measurements/conservation"),
            new("File uploads", "uploads", "GET fileuploads/measurements/jobs")),
        new("Pricing",
            new("Plans", "plans", "GET plans"),
            new("Plan templates", "plantemplates", "GET plantemplates"),
            new("Plan groups", "plangroups", "GET plangroups"),
            new("Pricings", "pricings", "GET pricings"),
            new("Counter pricings", "counterpricings", "GET counterpricings")),
        new("Billing",
            new("Bills", "bills", "GET bills"),
            new("Bill jobs", "billjobs", "GET billjobs"),
            new("Calendar", "billing/calendar", "GET accounts"),
            new("Explorer", "billing/explorer", "GET bills"),
            new("Statements", "statementdefinitions", "GET statementdefinitions")),
    ];
}
