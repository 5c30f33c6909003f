using Tallystick.Console.Api;
using Tallystick.Console.Layout;
using Tallystick.Console.Pages.Settings;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Search;

/// <summary>Something that was found.</summary>
/// <param name="Kind">What it is: "Account".</param>
/// <param name="Name">Its name.</param>
/// <param name="Code">Its code or number; null for none.</param>
/// <param name="Path">Its page, below the organization.</param>
internal sealed record Found(string Kind, string Name, string? Code, string Path);

/// <summary>Finds pages, and entities that the person may see.</summary>
internal static class GlobalSearch
{
    private const int MaxText = 200;
    private const int MaxOfKind = 6;

    private static readonly (string Kind, ReferenceKind Reference)[] Kinds =
    [
        ("Account", References.Accounts), ("Bill", References.Bills), ("Product", References.Products),
        ("Meter", References.Meters), ("Aggregation", References.Aggregations),
        ("Compound aggregation", References.CompoundAggregations), ("Counter", References.Counters),
        ("Plan", References.Plans), ("Plan template", References.PlanTemplates),
        ("Plan group", References.PlanGroups), ("Contract", References.Contracts), ("Balance", References.Balances),
    ];

    internal static async Task<IReadOnlyList<Found>> FindAsync(OrganizationApi api, string text)
    {
        var found = new List<Found>(await PagesAsync(api, text));
        if (text.Length is 0 or > MaxText)
            return found;
        foreach (var (kind, reference) in Kinds)
        {
            found.AddRange((await ReferenceSearch.FindAsync(api, reference, text, MaxOfKind))
                .Select(one => new Found(kind, one.Name, one.Code, $"{reference.Pages}/{one.Id}")));
        }
        return found;
    }

    private static async Task<IReadOnlyList<Found>> PagesAsync(OrganizationApi api, string text)
    {
        var found = new List<Found>();
        foreach (var section in Section.All.Concat(SettingsSections.All))
        {
            foreach (var page in section.Pages.Where(page => Matches(text, page.Title, section.Title)))
            {
                if (await api.MayAsync(page.Operation))
                    found.Add(new Found(section.Title, page.Title, null, page.Path));
            }
        }
        return found;
    }

    private static bool Matches(string text, params IEnumerable<string?> names) =>
        names.Any(name => name?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
}
