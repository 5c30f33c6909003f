using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Tallystick.Console.SignIn;

namespace Tallystick.Console.Tables;

/// <summary>How somebody wants to see a table. The browser remembers it, in a cookie per table.</summary>
/// <param name="Columns">Names of the columns; null for those that are shown at first.</param>
/// <param name="IsCompact">Whether rows are low.</param>
/// <param name="PageSize">Maximum number of rows on a page.</param>
/// <param name="Filters">Values of filters.</param>
public sealed record TableView(
    IReadOnlyList<string>? Columns, bool IsCompact, int PageSize, IReadOnlyDictionary<string, string> Filters)
{
    internal const int DefaultPageSize = 50;
    internal const string ColumnsName = "columns";
    internal const string DensityName = "density";
    internal const string SizeName = "size";
    internal const string Compact = "compact";

    /// <summary>Present in the address if its filters are to replace those that the browser remembers.</summary>
    internal const string FilteredName = "filtered";

    // Browsers send the cookies of all tables with each request, whose headers servers limit.
    private const int MaxFilters = 300;
    private const int MaxFilter = 200;
    private const string PersonName = "by";
    private const string FilterPrefix = "f.";

    internal static IReadOnlyList<int> PageSizes { get; } = [25, 50, 100];

    /// <summary>What the address says, and for the rest what the browser remembers.</summary>
    internal static TableView Of(HttpContext context, string table, IEnumerable<TableFilter> filters)
    {
        var kept = KeptFor(context, table);
        var query = context.Request.Query;
        var isFiltered = query.ContainsKey(FilteredName) || filters.Any(filter => query.ContainsKey(filter.Name));
        var values = filters
            .Select(filter => (filter.Name, Value: isFiltered
                ? query[filter.Name].ToString().Trim() : kept.GetValueOrDefault(FilterPrefix + filter.Name).ToString()))
            .Where(filter => filter.Value.Length > 0)
            .ToDictionary(
                filter => filter.Name, filter => filter.Value[..Math.Min(filter.Value.Length, MaxFilter)]);
        var columns = kept.GetValueOrDefault(ColumnsName).ToString();
        return new TableView(
            columns.Length == 0 ? null : columns.Split('.'),
            kept.GetValueOrDefault(DensityName) == Compact,
            int.TryParse(kept.GetValueOrDefault(SizeName), out var size) && PageSizes.Contains(size)
                ? size : DefaultPageSize,
            values);
    }

    /// <summary>Makes the browser remember it. Filters that are too long are not kept.</summary>
    internal void Keep(HttpContext context, string table)
    {
        var filters = FiltersText();
        // The cookie escapes it once more.
        var kept = Uri.EscapeDataString(filters).Length <= MaxFilters ? filters : "";
        context.Response.Cookies.Append(CookieOf(table), ViewText(context) + kept, new CookieOptions
        {
            // Of this organization only, whose ids mean nothing in another one.
            Path = $"/org/{context.Request.RouteValues["OrganizationId"]}",
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            MaxAge = TimeSpan.FromDays(365),
        });
    }

    // What somebody else made this browser remember does not count.
    private static Dictionary<string, StringValues> KeptFor(HttpContext context, string table)
    {
        var kept = QueryHelpers.ParseQuery(context.Request.Cookies[CookieOf(table)]);
        return kept.GetValueOrDefault(PersonName) == PersonOf(context) ? kept : [];
    }

    private string ViewText(HttpContext context)
    {
        var builder = new QueryBuilder { { PersonName, PersonOf(context) } };
        if (Columns is not null)
            builder.Add(ColumnsName, string.Join('.', Columns));
        if (IsCompact)
            builder.Add(DensityName, Compact);
        builder.Add(SizeName, $"{PageSize}");
        return builder.ToString();
    }

    private string FiltersText() => string.Concat(Filters.Select(
        filter => $"&{FilterPrefix}{Uri.EscapeDataString(filter.Key)}={Uri.EscapeDataString(filter.Value)}"));

    private static string PersonOf(HttpContext context) => context.Person()!.Login.Id;

    private static string CookieOf(string table) => $"table-{table}";
}
