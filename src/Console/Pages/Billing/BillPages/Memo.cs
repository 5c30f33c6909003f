using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Billing.BillPages;

/// <summary>A credit or debit line item of a bill.</summary>
/// <param name="Kind">What it is called.</param>
/// <param name="Path">The part of addresses that names its kind.</param>
/// <param name="Id">Its UUID.</param>
/// <param name="Description">Its description.</param>
/// <param name="ReasonId">UUID of its reason; null for none.</param>
/// <param name="Reasons">The kind of its reason.</param>
/// <param name="Amount">Its amount.</param>
/// <param name="Applied">The part of it that is on the bill.</param>
/// <param name="Delete">Deletes it from the bill with a UUID.</param>
internal sealed record Memo(
    string Kind, string Path, string Id, string Description, string? ReasonId, ReferenceKind Reasons, decimal Amount,
    decimal? Applied, Func<OrganizationApi, string, Task> Delete)
{
    internal const string Credits = "credits";
    internal const string Debits = "debits";

    /// <summary>The operation that deletes it: a change of the bill.</summary>
    internal string Operation => Path == Credits
        ? "DELETE bills/{billId}/creditlineitems/{id}" : "DELETE bills/{billId}/debitlineitems/{id}";

    /// <summary>All of a bill: credits first, as on the bill.</summary>
    internal static async Task<List<Memo>> ListAsync(OrganizationApi api, string billId)
    {
        var memos = new List<Memo>();
        await foreach (var one in api.Client.CreditLineItems.ListAsync(billId).WithCancellation(api.Cancelled))
        {
            memos.Add(new Memo(
                "Credit", Credits, one.Id, one.Description, one.CreditReasonId ?? one.ReasonId,
                References.CreditReasons, one.Amount, one.AmountToApplyOnBill ?? one.Amount,
                (to, bill) => to.Client.CreditLineItems.DeleteAsync(bill, one.Id, to.Cancelled)));
        }
        await foreach (var one in api.Client.DebitLineItems.ListAsync(billId).WithCancellation(api.Cancelled))
        {
            memos.Add(new Memo(
                "Debit", Debits, one.Id, one.Description, one.DebitReasonId ?? one.ReasonId, References.DebitReasons,
                one.Amount, one.AmountToApplyOnBill ?? one.Amount,
                (to, bill) => to.Client.DebitLineItems.DeleteAsync(bill, one.Id, to.Cancelled)));
        }
        return memos;
    }

    /// <summary>The fields of the form, with what a bill proposes.</summary>
    internal static IReadOnlyList<FormField> Fields(Bill bill, string reasonPath, ReferenceKind reasons)
    {
        var product = bill.LineItems?.Select(line => line.ProductId).FirstOrDefault(id => id is not null);
        return
        [
            new("description", "Description") { IsRequired = true, MaxLength = 1_000, Hint = "Shown on the invoice." },
            new("amount", $"Amount in {bill.Currency}", InputKind.Decimal) { IsRequired = true },
            new("amountToApplyOnBill", "Part for this bill", InputKind.Decimal) { Hint = "Without one, all of it." },
            new(reasonPath, "Reason", InputKind.Choice) { Reference = reasons },
            new("productId", "Product", InputKind.Choice)
            {
                Reference = References.Products,
                IsRequired = true,
                Default = product,
            },
            new("accountingProductId", "Product for accounting", InputKind.Choice)
            {
                Reference = References.Products,
                IsRequired = true,
                Default = product,
            },
            new("servicePeriodStartDate", "Service period from (UTC)", InputKind.Instant)
            {
                IsRequired = true,
                Default = InputText(bill.StartDateTimeUtc),
            },
            new("servicePeriodEndDate", "Service period until (UTC)", InputKind.Instant)
            {
                IsRequired = true,
                Default = InputText(bill.EndDateTimeUtc),
            },
            new("referencedBillId", "Refers to bill (id)") { Hint = "If it corrects another bill." },
        ];
    }

    private static string InputText(DateTimeOffset time) => time.UtcDateTime.ToString(
        "yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
