using System.Reflection;
using Microsoft.AspNetCore.Http;
using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;
using Tallystick.Console.Pages.Billing.Bills;

namespace Tallystick.Console.Pages.Billing.Explorer;

/// <summary>A question to the line items of bills, as it stands in the address.</summary>
/// <param name="From">Bills dated on or after this day.</param>
/// <param name="Until">Bills dated before this day.</param>
/// <param name="Account">Id, code or name of an account; empty for all.</param>
/// <param name="Product">Name of a product; empty for all.</param>
/// <param name="Types">Types of line items; empty for all.</param>
/// <param name="By">What the amounts are summed by.</param>
internal sealed record ExplorerQuery(
    string From, string Until, string Account, string Product, IReadOnlyList<string> Types, string By)
{
    internal const int Limit = 2_000;

    internal static IReadOnlyList<string> AllTypes { get; } =
        [.. typeof(LineItemType).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => ((LineItemType)property.GetValue(null)!).Value)];

    internal static IReadOnlyList<(string Name, string Title, Func<BillDataRow, string?> Of)> Groupings { get; } =
    [
        ("product", "Product", row => row.Dimensions?.ProductName),
        ("type", "Type", row => Words.Of(row.Dimensions?.LineItemType?.Value)),
        ("account", "Account", row => row.Dimensions?.AccountName),
        ("month", "Month", row => row.BillDetails?.YearMonth),
    ];

    internal (string Name, string Title, Func<BillDataRow, string?> Of) Grouping =>
        Groupings.FirstOrDefault(one => one.Name == By) is { Name: not null } chosen ? chosen : Groupings[0];

    /// <summary>The question of an address; without one, those of three months and the current one.</summary>
    internal static ExplorerQuery Of(IQueryCollection query, BillPeriod month)
    {
        const int Months = 3;
        return new ExplorerQuery(
            Text(query, "from") ?? BillPeriod.DayText(month.First.PlusMonths(-Months)),
            Text(query, "until") ?? BillPeriod.DayText(month.End),
            Text(query, "account") ?? "", Text(query, "product") ?? "",
            [.. query["types"].OfType<string>().Where(AllTypes.Contains)], Text(query, "by") ?? "");
    }

    /// <summary>The lines, or why there are none.</summary>
    internal async Task<(IReadOnlyList<BillDataRow> Rows, string? Fault)> RunAsync(OrganizationApi api)
    {
        if (BillPeriod.Day(From) is not { } from || BillPeriod.Day(Until) is not { } until)
            return ([], "Enter two dates.");
        try
        {
            var answer = await api.Client.DataExplorer.QueryBillsAsync(
                new QueryBillDataRequest
                {
                    StartDate = await BillPeriod.StartOfAsync(api, from),
                    EndDate = await BillPeriod.StartOfAsync(api, until),
                    Dimensions = [.. Filters()],
                    LineItemTypes = [.. (Types.Count == 0 ? AllTypes : Types).Select(type => new LineItemType(type))],
                    Limit = Limit,
                },
                api.Cancelled);
            return (answer.Values ?? [], null);
        }
        catch (TallystickApiException refused)
        {
            return ([], Components.Faults.Describe(refused));
        }
    }

    private IEnumerable<DimensionQuery> Filters()
    {
        if (Account.Length > 0)
            yield return new DimensionQuery { Name = "account", Filter = [Account] };
        if (Product.Length > 0)
            yield return new DimensionQuery { Name = "product name", Filter = [Product] };
    }

    private static string? Text(IQueryCollection query, string name) =>
        query[name].ToString().Trim() is { Length: > 0 } text ? text : null;
}
