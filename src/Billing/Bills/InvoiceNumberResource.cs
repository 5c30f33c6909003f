using Tallystick.Billing.Calculation.Present;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Bills;

/// <summary>The definition of invoice numbers, which only bill jobs issue.</summary>
public static class InvoiceNumberResource
{
    private const string Prefix = "prefix";

    /// <summary>The definition.</summary>
    public static ResourceDefinition<InvoiceNumber> Definition { get; } =
        new("InvoiceNumber", "invoicenumbers", () => BillingJson.Format.InvoiceNumber)
        {
            IsInternal = true,
            // A prefix may be longer than an index can hold.
            IndexedBy = [new(Prefix, number => ContentId.OfInvoice(number.Prefix)) { HasFewValues = true }],
        };

    /// <summary>The highest number issued with a prefix; null if there is none.</summary>
    public static async ValueTask<InvoiceNumber?> HighestAsync(IResourceReader related, string prefix)
    {
        // Numbers of a prefix are issued in ascending order, so the newest is the highest.
        var newest = await related.ListAsync<InvoiceNumber>(
            Condition.Equal(Prefix, ContentId.OfInvoice(prefix)), limit: 1);
        return newest is [var highest] ? highest : null;
    }
}
