using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Bills;

/// <summary>What is special about bills, which only bill jobs write.</summary>
public static class BillResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Bill> Definition { get; } = new("Bill", "bills", BillingJson.Format.Bill)
    {
        IsInternal = true,
        IndexedBy =
        [
            new("status", bill => JsonFormat.Name(bill.Status)),
            new("locked", bill => bill.Locked ? "true" : "false"),
            new("bill_date", bill => InstantText.Write(bill.BillDate)),
            new("end_date", bill => InstantText.Write(bill.EndDate)),
            new("external_invoice_date", bill => bill.ExternalInvoiceDate is { } date ? InstantText.Write(date) : null),
            new("bill_job_id", bill => bill.BillJobId),
            new("billing_frequency", bill => JsonFormat.Name(bill.BillingFrequency)),
        ],
        Refers = [new("accountId", "Account", bill => bill.AccountId)],
    };
}
