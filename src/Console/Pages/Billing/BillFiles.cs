using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Billing;

/// <summary>Downloads of files of bills, with the rights of the person who asks.</summary>
internal static class BillFiles
{
    internal const string InvoiceRoute = "/org/{OrganizationId}/bills/{Id:guid}/invoice.pdf";
    internal const string JsonStatementRoute = "/org/{OrganizationId}/bills/{Id:guid}/statement.json";
    internal const string CsvStatementRoute = "/org/{OrganizationId}/bills/{Id:guid}/statement.csv";
    internal const string UsageRoute = "/org/{OrganizationId}/bills/{Id:guid}/lines/{Line:guid}/usage.json";

    /// <summary>Writes the PDF invoice of a bill.</summary>
    internal static async Task WriteInvoiceAsync(HttpContext context)
    {
        var api = context.RequestServices.GetRequiredService<OrganizationApi>();
        var pdf = await api.Client.Bills.GetInvoicePdfAsync(IdOf(context, "Id"), api.Cancelled);
        context.Response.ContentType = "application/pdf";
        context.Response.Headers.ContentDisposition = $"attachment; filename=invoice-{IdOf(context, "Id")}.pdf";
        await context.Response.Body.WriteAsync(pdf, api.Cancelled);
    }

    /// <summary>Leads to the newest statement of a bill, as JSON.</summary>
    internal static async Task GoToJsonStatementAsync(HttpContext context)
    {
        var api = context.RequestServices.GetRequiredService<OrganizationApi>();
        var file = await api.Client.Bills.GetJsonStatementAsync(IdOf(context, "Id"), api.Cancelled);
        context.Response.Redirect(OrganizationApi.HereOf(file.DownloadUrl!));
    }

    /// <summary>Leads to the newest statement of a bill, as CSV.</summary>
    internal static async Task GoToCsvStatementAsync(HttpContext context)
    {
        var api = context.RequestServices.GetRequiredService<OrganizationApi>();
        var file = await api.Client.Bills.GetCsvStatementAsync(IdOf(context, "Id"), api.Cancelled);
        context.Response.Redirect(OrganizationApi.HereOf(file.DownloadUrl!));
    }

    /// <summary>Leads to the usage behind a line of a bill.</summary>
    internal static async Task GoToUsageAsync(HttpContext context)
    {
        var api = context.RequestServices.GetRequiredService<OrganizationApi>();
        var file = await api.Client.LineItems.GetUsageAsync(
            IdOf(context, "Id"), IdOf(context, "Line"), api.Cancelled);
        context.Response.Redirect(OrganizationApi.HereOf(file.DownloadUrl!));
    }

    // Guids, as the routes demand.
    private static string IdOf(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;
}
