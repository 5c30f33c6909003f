using System.Text.Json;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Internal documents of bills: the input of each bill, and the issued invoice numbers. Written in the same change as
/// the bill.
/// </summary>
public static class BillDocuments
{
    private const string TheSequence = "invoices";

    /// <summary>The input for a recalculation, by the id of the bill.</summary>
    private static readonly DocumentKind Basis = new("bill_basis", [], _ => []);

    /// <summary>How the amounts of a bill were calculated, by the id of the bill.</summary>
    private static readonly DocumentKind Derivation = new("bill_derivation", [], _ => []);

    /// <summary>One for the organization.</summary>
    private static readonly DocumentKind Sequence = new("invoice_sequence", [], _ => []);

    /// <summary>The document kinds.</summary>
    public static IReadOnlyList<DocumentKind> Kinds { get; } = [Basis, Derivation, Sequence, BillCommitments.Kind];

    /// <summary>The input of bills, by id; bills of an earlier version have none.</summary>
    internal static async ValueTask<IReadOnlyDictionary<string, RunOverrides>> BasesAsync(
        ResourceReader related, IEnumerable<Bill> bills) =>
        (await related.FindDocumentsAsync(Basis, [.. bills.Select(bill => bill.Id)])).ToDictionary(
            found => found.Key, found => RunOverrides.FromJson(found.Value.Span), StringComparer.Ordinal);

    /// <summary>Stores the input of a bill.</summary>
    public static ValueTask KeepBasisAsync(ResourceChange change, string billId, RunOverrides basis) =>
        change.PutDocumentAsync(Basis, billId, basis.ToJson());

    /// <summary>Stores how the amounts of a bill were calculated.</summary>
    internal static ValueTask KeepDerivationAsync(ResourceChange change, string billId, BillDerivation derivation) =>
        change.PutDocumentAsync(
            Derivation, billId, JsonSerializer.SerializeToUtf8Bytes(derivation, BillingJson.Format.BillDerivation));

    /// <summary>How the amounts of a bill were calculated; null for a bill of an earlier version.</summary>
    internal static async ValueTask<BillDerivation?> DerivationAsync(ResourceReader related, string billId) =>
        (await related.FindDocumentsAsync(Derivation, [billId])).TryGetValue(billId, out var json)
            ? JsonSerializer.Deserialize(json.Span, BillingJson.Format.BillDerivation)
            : null;

    /// <summary>Removes the input and the derivation of a deleted bill.</summary>
    internal static async ValueTask RemoveAsync(ResourceChange change, string billId)
    {
        await change.RemoveDocumentsAsync(Basis, Condition.Equal("id", billId));
        await change.RemoveDocumentsAsync(Derivation, Condition.Equal("id", billId));
    }

    /// <summary>The invoice numbers issued so far; null before the first.</summary>
    internal static async ValueTask<InvoiceSequence?> SequenceAsync(ResourceChange change) =>
        (await change.Related.FindDocumentsAsync(Sequence, [TheSequence])).TryGetValue(TheSequence, out var json)
            ? InvoiceSequence.FromJson(json.Span)
            : null;

    /// <summary>Stores the issued invoice numbers.</summary>
    public static ValueTask KeepSequenceAsync(ResourceChange change, InvoiceSequence sequence) =>
        change.PutDocumentAsync(Sequence, TheSequence, sequence.ToJson());
}
