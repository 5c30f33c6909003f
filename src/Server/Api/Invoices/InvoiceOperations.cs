using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Invoices;
using Tallystick.Printing;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Bills;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Invoices;

/// <summary>Makes PDF invoices of bills.</summary>
internal sealed class InvoiceOperations(
    ResourceService resources, InvoiceReader invoices, InvoicePrinter printer, InvoiceSlots slots)
{
    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", "/organizations/{orgId}/bills/{id}/invoice/pdf", "GetBillInvoicePdf", ApiOperations.OwnTag,
            "Get the PDF invoice of a bill", null, Run.By<InvoiceOperations>(o => o.GetAsync))
        {
            FileType = "application/pdf",
            Permission = BillOperations.Reading.Item(),
            Description = """
                Returns the bill as a PDF document, made from the bill, the account, and `/invoicesettings` as they are
                now. A bill that is not approved is a draft invoice. Without the permission to retrieve the account, its
                name and address are left out. A bill with more than 20,000 line items is refused with 400. Returns 429
                if too many invoices of your organization are waiting to be printed.
                """,
        },
    ];

    private async Task GetAsync(ApiCall call)
    {
        using var slot = await slots.EnterAsync(call.OrganizationId, call.Cancelled);
        var organization = await resources.Reader(call).FindAsync<Organization>(call.OrganizationId);
        var invoice = await invoices.ReadAsync(
            call.OrganizationId, call.Route("id"), organization?.OrganizationName ?? "",
            call.Grants.Of(EntityPermissions.Retrieve(AccountResource.Definition)).Holds, call.Cancelled);
        var pdf = await printer.PrintAsync(invoice, call.Cancelled);
        var response = call.Http.Response;
        response.ContentType = "application/pdf";
        response.ContentLength = pdf.Length;
        // By the id: the number is any text, which a header or a file name cannot be.
        response.Headers.ContentDisposition = $"inline; filename=\"invoice-{call.Route("id")}.pdf\"";
        await response.Body.WriteAsync(pdf, call.Cancelled);
    }
}
