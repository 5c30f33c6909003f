using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Foundation.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Bills;

/// <summary>
/// Documents that stand behind bills and are not of the API: what each bill was made with, and the invoice numbers
/// given. They are written in the change that writes the bill.
/// </summary>
internal static class BillDocuments
{
    private const string TheSequence = "invoices";

    /// <summary>Under the id of the bill, what a recalculation starts from.</summary>
    private static readonly DocumentKind Basis = new("bill_basis", [], _ => []);

    /// <summary>One for the organization.</summary>
    private static readonly DocumentKind Sequence = new("invoice_sequence", [], _ => []);

    /// <summary>The kinds that a store must keep.</summary>
    internal static IReadOnlyList<DocumentKind> Kinds { get; } = [Basis, Sequence];

    /// <summary>What the bills were made with, by their ids; bills of an earlier version have nothing.</summary>
    internal static async ValueTask<IReadOnlyDictionary<string, RunOverrides>> BasesAsync(
        IDocumentReader documents, string organizationId, IEnumerable<Bill> bills, CancellationToken cancellationToken)
    {
        var query = new DocumentQuery { Where = new Condition.In("id", [.. bills.Select(bill => bill.Id)]) };
        var found = await documents.QueryAsync(Basis, organizationId, query, cancellationToken);
        return found.ToDictionary(
            document => document.Id, document => RunOverrides.FromJson(document.Json.Span), StringComparer.Ordinal);
    }

    /// <summary>Keeps what a bill was made with.</summary>
    internal static ValueTask KeepBasisAsync(
        IDocumentTransaction transaction,
        string organizationId,
        string billId,
        RunOverrides basis,
        CancellationToken cancellationToken) =>
        PutAsync(transaction, Basis, organizationId, billId, basis.ToJson(), cancellationToken);

    /// <summary>The invoice numbers given so far; null before the first.</summary>
    internal static async ValueTask<InvoiceSequence?> SequenceAsync(
        IDocumentTransaction transaction, string organizationId, CancellationToken cancellationToken) =>
        await transaction.FindAsync(Sequence, organizationId, TheSequence, cancellationToken) is { } document
            ? InvoiceSequence.FromJson(document.Json.Span)
            : null;

    /// <summary>Keeps the invoice numbers given.</summary>
    internal static ValueTask KeepSequenceAsync(
        IDocumentTransaction transaction,
        string organizationId,
        InvoiceSequence sequence,
        CancellationToken cancellationToken) =>
        PutAsync(transaction, Sequence, organizationId, TheSequence, sequence.ToJson(), cancellationToken);

    private static async ValueTask PutAsync(
        IDocumentTransaction transaction,
        DocumentKind kind,
        string organizationId,
        string id,
        byte[] json,
        CancellationToken cancellationToken)
    {
        var current = await transaction.FindAsync(kind, organizationId, id, cancellationToken);
        if (current is null)
            await transaction.InsertAsync(
                kind, organizationId, new DocumentWrite(id, 1, json, []), cancellationToken);
        else
            await transaction.UpdateAsync(
                kind, organizationId, current.Version,
                new DocumentWrite(id, current.Version + 1, json, []), cancellationToken);
    }
}
