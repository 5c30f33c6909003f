using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;
using Tallystick.Console.Layout;
using Tallystick.Console.Pages.Settings;

namespace Tallystick.Console.Pages.Search;

/// <summary>Something that was found.</summary>
/// <param name="Kind">What it is: "Account".</param>
/// <param name="Name">Its name.</param>
/// <param name="Code">Its code or number; null for none.</param>
/// <param name="Path">Its page, below the organization.</param>
internal sealed record Found(string Kind, string Name, string? Code, string Path);

/// <summary>Finds pages, accounts, products, meters, plans and bills that the person may see.</summary>
internal static class GlobalSearch
{
    private const int MaxText = 200;
    private const int MaxOfKind = 6;

    // Names are searched in this many of the newest entities of kinds that the API cannot search by name.
    private const int MaxRead = 100;

    internal static async Task<IReadOnlyList<Found>> FindAsync(OrganizationApi api, string text)
    {
        var found = new List<Found>(await PagesAsync(api, text));
        if (text.Length is 0 or > MaxText)
            return found;
        if (await api.MayAsync("GET accounts"))
            found.AddRange(await AccountsAsync(api, text));
        if (await api.MayAsync("GET bills"))
            found.AddRange(await BillsAsync(api, text));
        await AddAsync(
            found, api, text, "Product", "products", api.Client.Products.ListAsync(MaxRead),
            one => (one.Id, one.Name, one.Code));
        await AddAsync(
            found, api, text, "Meter", "meters", api.Client.Meters.ListAsync(MaxRead),
            one => (one.Id, one.Name, one.Code));
        await AddAsync(
            found, api, text, "Aggregation", "aggregations", api.Client.Aggregations.ListAsync(MaxRead),
            one => (one.Id, one.Name, one.Code));
        await AddAsync(
            found, api, text, "Plan", "plans", api.Client.Plans.ListAsync(MaxRead),
            one => (one.Id, one.Name, one.Code));
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

    private static async Task<IEnumerable<Found>> AccountsAsync(OrganizationApi api, string text)
    {
        // The sign separates clauses, and no name needs it to be found.
        var value = text.Replace("$", "", StringComparison.Ordinal);
        var query = Guid.TryParse(value, out _) ? $"id:{value}" : $"name~{value}$code~{value}";
        var page = await api.Client.Accounts.SearchAsync(query, MaxOfKind, "OR").GetPageAsync(null, api.Cancelled);
        return page.Data.Select(one => new Found("Account", one.Name, one.Code, $"accounts/{one.Id}"));
    }

    private static async Task<IEnumerable<Found>> BillsAsync(OrganizationApi api, string text)
    {
        var list = Guid.TryParse(text, out _)
            ? api.Client.Bills.ListAsync(MaxOfKind, ids: [text], excludeLineItems: true)
            : api.Client.Bills.ListAsync(MaxRead, excludeLineItems: true);
        var page = await list.GetPageAsync(null, api.Cancelled);
        return page.Data
            .Where(bill => bill.Id == text || Matches(text, bill.SequentialInvoiceNumber))
            .Take(MaxOfKind)
            .Select(bill => new Found(
                "Bill", $"{bill.AccountCode}, {Figure.Date(bill.BillDate)}", bill.SequentialInvoiceNumber,
                $"bills/{bill.Id}"));
    }

    private static async Task AddAsync<T>(
        List<Found> found, OrganizationApi api, string text, string kind, string path, PagedList<T> list,
        Func<T, (string Id, string Name, string? Code)> read)
    {
        if (!await api.MayAsync($"GET {path}"))
            return;
        var page = await list.GetPageAsync(null, api.Cancelled);
        found.AddRange(page.Data.Select(read)
            .Where(one => one.Id == text || Matches(text, one.Name, one.Code))
            .Take(MaxOfKind)
            .Select(one => new Found(kind, one.Name, one.Code, $"{path}/{one.Id}")));
    }

    private static bool Matches(string text, params IEnumerable<string?> names) =>
        names.Any(name => name?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
}
