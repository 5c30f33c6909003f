using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;
using Tallystick.Console.Pages.Billing.Bills;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Billing.Explorer;

/// <summary>Writes the lines that the billing explorer finds as CSV.</summary>
internal static class ExplorerExport
{
    internal const string Route = "/org/{OrganizationId}/billing/explorer.csv";

    private static readonly (string Title, Func<BillDataRow, string?> Text)[] Columns =
    [
        ("Bill date", row => row.BillDetails?.BillDate),
        ("Account", row => row.Dimensions?.Account),
        ("Account name", row => row.Dimensions?.AccountName),
        ("Product", row => row.Dimensions?.ProductName),
        ("Description", row => row.Dimensions?.Description),
        ("Type", row => row.Dimensions?.LineItemType?.Value),
        ("Status", row => row.BillDetails?.Status),
        ("Units", row => Figure.Quantity(row.Measures?.Units)),
        ("Unit", row => row.Dimensions?.QuantityUnit),
        ("Amount", row => Figure.Quantity(row.Measures?.ConvertedSubtotal)),
        ("Currency", row => row.Dimensions?.ConvertedSubtotalUnit),
        ("Bill id", row => row.Dimensions?.BillId),
        ("Line id", row => row.Dimensions?.BillLineItemId),
    ];

    internal static async Task RunAsync(HttpContext context)
    {
        var api = context.RequestServices.GetRequiredService<OrganizationApi>();
        var clock = context.RequestServices.GetRequiredService<IClock>();
        var query = ExplorerQuery.Of(context.Request.Query, await BillPeriod.CurrentAsync(api, clock));
        var (rows, fault) = await query.RunAsync(api);
        if (fault is not null)
        {
            context.Response.Redirect(api.To("billing/explorer") + context.Request.QueryString);
            return;
        }
        TableExport.Begin(context, "bill-lines");
        await TableExport.WriteRowAsync(context, Columns.Select(column => column.Title));
        foreach (var row in rows)
            await TableExport.WriteRowAsync(context, Columns.Select(column => column.Text(row)));
    }
}
