using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Documents that stand behind bills and are not of the API: what each bill was made with, and the invoice numbers
/// given. They are written in the change that writes the bill.
/// </summary>
public static class BillDocuments
{
    private const string TheSequence = "invoices";

    /// <summary>Under the id of the bill, what a recalculation starts from.</summary>
    private static readonly DocumentKind Basis = new("bill_basis", [], _ => []);

    /// <summary>One for the organization.</summary>
    private static readonly DocumentKind Sequence = new("invoice_sequence", [], _ => []);

    /// <summary>The kinds that a store must keep.</summary>
    public static IReadOnlyList<DocumentKind> Kinds { get; } = [Basis, Sequence];

    /// <summary>What the bills were made with, by their ids; bills of an earlier version have nothing.</summary>
    internal static async ValueTask<IReadOnlyDictionary<string, RunOverrides>> BasesAsync(
        ResourceReader related, IEnumerable<Bill> bills) =>
        (await related.FindDocumentsAsync(Basis, [.. bills.Select(bill => bill.Id)])).ToDictionary(
            found => found.Key, found => RunOverrides.FromJson(found.Value.Span), StringComparer.Ordinal);

    /// <summary>Keeps what a bill was made with.</summary>
    public static ValueTask KeepBasisAsync(ResourceChange change, string billId, RunOverrides basis) =>
        change.PutDocumentAsync(Basis, billId, basis.ToJson());

    /// <summary>The invoice numbers given so far; null before the first.</summary>
    internal static async ValueTask<InvoiceSequence?> SequenceAsync(ResourceChange change) =>
        (await change.Related.FindDocumentsAsync(Sequence, [TheSequence])).TryGetValue(TheSequence, out var json)
            ? InvoiceSequence.FromJson(json.Span)
            : null;

    /// <summary>Keeps the invoice numbers given.</summary>
    public static ValueTask KeepSequenceAsync(ResourceChange change, InvoiceSequence sequence) =>
        change.PutDocumentAsync(Sequence, TheSequence, sequence.ToJson());
}
