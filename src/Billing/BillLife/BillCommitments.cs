using System.Text.Json.Nodes;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillLife;

/// <summary>
/// An index of the bills that have lines of a commitment: one internal document for each pair, written with the bill.
/// Bills without such lines, which are most, have none.
/// </summary>
public static class BillCommitments
{
    private const string BillId = "bill_id";
    private const string CommitmentId = "commitment_id";

    /// <summary>The document kind.</summary>
    public static DocumentKind Kind { get; } = new(
        "bill_commitment", [new(BillId), new(CommitmentId)], json => ColumnsOf(JsonNode.Parse(json.Span)!));

    /// <summary>Selects the documents of a commitment.</summary>
    public static Condition Of(string commitmentId) => Condition.Equal(CommitmentId, commitmentId);

    /// <summary>The bill of a document.</summary>
    public static string BillOf(Document document) => ColumnsOf(JsonNode.Parse(document.Json.Span)!)[0]!;

    /// <summary>Adjusts the index to a written bill.</summary>
    internal static async ValueTask KeepAsync(ResourceChange change, Bill? current, Bill bill)
    {
        var (before, after) = (CommitmentsOf(current), CommitmentsOf(bill));
        if (before.Count == 0 && after.Count == 0)
            return;
        foreach (var gone in before.Except(after))
            await change.RemoveDocumentsAsync(Kind, Condition.Equal("id", IdOf(bill.Id, gone)));
        foreach (var added in after.Except(before))
        {
            var json = new JsonObject { [BillId] = bill.Id, [CommitmentId] = added };
            await change.PutDocumentAsync(Kind, IdOf(bill.Id, added), JsonFormat.Write(json), bill.Id, added);
        }
    }

    /// <summary>Removes a bill from the index.</summary>
    internal static ValueTask<int> RemoveAsync(ResourceChange change, string billId) =>
        change.RemoveDocumentsAsync(Kind, Condition.Equal(BillId, billId));

    private static string IdOf(string billId, string commitmentId) => $"{billId}:{commitmentId}";

    private static IReadOnlyList<string> CommitmentsOf(Bill? bill) =>
        [.. (bill?.LineItems ?? []).Select(line => line.CommitmentId).OfType<string>().Distinct()];

    private static string?[] ColumnsOf(JsonNode json) => [(string?)json[BillId], (string?)json[CommitmentId]];
}
