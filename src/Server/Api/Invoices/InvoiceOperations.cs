using Tallystick.Access.Organizations;
using Tallystick.Billing.Invoices;
using Tallystick.Printing;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Bills;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Invoices;

/// <summary>Makes PDF invoices of bills.</summary>
internal sealed class InvoiceOperations(ResourceService resources, InvoiceReader invoices, InvoicePrinter printer)
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
                now. A bill that is not approved is a draft invoice. A bill with more than 20,000 line items is refused
                with 400.
                """,
        },
    ];

    private async Task GetAsync(ApiCall call)
    {
        var organization = await resources.Reader(call).FindAsync<Organization>(call.OrganizationId);
        var invoice = await invoices.ReadAsync(
            call.OrganizationId, call.Route("id"), organization?.OrganizationName ?? "", call.Cancelled);
        var pdf = await printer.PrintAsync(invoice, call.Cancelled);
        var response = call.Http.Response;
        response.ContentType = "application/pdf";
        response.ContentLength = pdf.Length;
        // By the id: the number is any text, which a header or a file name cannot be.
        response.Headers.ContentDisposition = $"inline; filename=\"invoice-{call.Route("id")}.pdf\"";
        await response.Body.WriteAsync(pdf, call.Cancelled);
    }
}
