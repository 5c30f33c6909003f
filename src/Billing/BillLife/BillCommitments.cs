using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillLife;

/// <summary>
/// An index of the bills that have lines of a commitment: one internal document for each pair, written with the bill.
/// It holds the fees of the commitment, because later bills depend on them, whichever account they were billed to.
/// Bills without such lines, which are most, have none.
/// </summary>
public static class BillCommitments
{
    private const string BillId = "bill_id";
    private const string CommitmentId = "commitment_id";
    private const string Fees = "fees";
    private const int AtATime = 100;

    /// <summary>The document kind.</summary>
    public static DocumentKind Kind { get; } = new(
        "bill_commitment", [new(BillId), new(CommitmentId)], json => ColumnsOf(JsonNode.Parse(json.Span)!));

    /// <summary>Selects the documents of a commitment.</summary>
    public static Condition Of(string commitmentId) => Condition.Equal(CommitmentId, commitmentId);

    /// <summary>The bill of a document.</summary>
    public static string BillOf(Document document) => ColumnsOf(JsonNode.Parse(document.Json.Span)!)[0]!;

    /// <summary>
    /// The bills that have lines of commitments, of whichever account, with the fees of these commitments only.
    /// </summary>
    /// <param name="related">Reads from a consistent state of the store.</param>
    /// <param name="config">The settings with the lock date; null if there are none.</param>
    /// <param name="commitmentIds">UUIDs of the commitments.</param>
    internal static async ValueTask<IReadOnlyList<(string CommitmentId, StoredBill Bill)>> ListAsync(
        ResourceReader related, BillConfig? config, IReadOnlyList<string> commitmentIds)
    {
        var listed = new List<(string, StoredBill)>();
        var unknown = new List<(string CommitmentId, string BillId)>();
        foreach (var ids in commitmentIds.Chunk(AtATime))
        {
            foreach (var (_, json) in await related.ListDocumentsAsync(Kind, new Condition.In(CommitmentId, ids)))
            {
                var document = JsonNode.Parse(json.Span)!;
                var (billId, commitmentId) = ((string)document[BillId]!, (string)document[CommitmentId]!);
                if (document[Fees].Deserialize(BillingJson.Format.FeesOnBill) is { } fees)
                    listed.Add((commitmentId, fees.ToBill(billId, config)));
                else
                    unknown.Add((commitmentId, billId));
            }
        }
        // Earlier versions did not store the fees.
        foreach (var some in unknown.Chunk(AtATime))
        {
            var bills = (await related.ListAsync<Bill>(new Condition.In("id", [.. some.Select(one => one.BillId)])))
                .ToDictionary(bill => bill.Id, StringComparer.Ordinal);
            listed.AddRange(some.Where(one => bills.ContainsKey(one.BillId)).Select(one => (
                one.CommitmentId,
                FeesOnBill.Of(bills[one.BillId], one.CommitmentId).ToBill(one.BillId, config))));
        }
        return listed;
    }

    /// <summary>Adjusts the index to a written bill.</summary>
    internal static async ValueTask KeepAsync(ResourceChange change, Bill? current, Bill bill)
    {
        var (before, after) = (CommitmentsOf(current), CommitmentsOf(bill));
        foreach (var gone in before.Except(after))
            await change.RemoveDocumentsAsync(Kind, Condition.Equal("id", IdOf(bill.Id, gone)));
        foreach (var commitmentId in after)
        {
            var json = JsonOf(bill, commitmentId);
            if (!before.Contains(commitmentId) || !json.Span.SequenceEqual(JsonOf(current!, commitmentId).Span))
                await change.PutDocumentAsync(Kind, IdOf(bill.Id, commitmentId), json, bill.Id, commitmentId);
        }
    }

    /// <summary>Removes a bill from the index.</summary>
    internal static ValueTask<int> RemoveAsync(ResourceChange change, string billId) =>
        change.RemoveDocumentsAsync(Kind, Condition.Equal(BillId, billId));

    private static string IdOf(string billId, string commitmentId) => $"{billId}:{commitmentId}";

    private static IReadOnlyList<string> CommitmentsOf(Bill? bill) =>
        [.. (bill?.LineItems ?? []).Select(line => line.CommitmentId).OfType<string>().Distinct()];

    private static ReadOnlyMemory<byte> JsonOf(Bill bill, string commitmentId) => JsonFormat.Write(new JsonObject
    {
        [BillId] = bill.Id,
        [CommitmentId] = commitmentId,
        [Fees] = JsonSerializer.SerializeToNode(FeesOnBill.Of(bill, commitmentId), BillingJson.Format.FeesOnBill),
    });

    private static string?[] ColumnsOf(JsonNode json) => [(string?)json[BillId], (string?)json[CommitmentId]];
}

/// <summary>The fees of a commitment on a bill, and what decides whether they can still change.</summary>
internal sealed record FeesOnBill
{
    /// <summary>UUID of the account that the bill is of.</summary>
    public required string AccountId { get; init; }

    /// <summary>The bill date.</summary>
    public required LocalDate BillDate { get; init; }

    /// <summary>The day after the last day of the billed period.</summary>
    public required LocalDate EndDate { get; init; }

    /// <summary>Whether the bill itself was locked.</summary>
    public required bool Locked { get; init; }

    /// <summary>The fees, and differences of fees; empty if the bill only draws on the commitment.</summary>
    public required IReadOnlyList<BillLineItem> Lines { get; init; }

    /// <summary>The fees of a commitment on a bill.</summary>
    internal static FeesOnBill Of(Bill bill, string commitmentId) => new()
    {
        AccountId = bill.AccountId,
        BillDate = bill.BillDate,
        EndDate = bill.EndDate,
        Locked = bill.Locked,
        Lines =
        [
            .. (bill.LineItems ?? []).Where(line =>
                line.LineItemType == LineItemType.CommitmentFee && line.CommitmentId == commitmentId),
        ],
    };

    /// <summary>What other bills need to know of the bill.</summary>
    internal StoredBill ToBill(string billId, BillConfig? config) => new(
        billId, AccountId, BillDate, Locked || BillStates.IsLocked(EndDate, config), Lines);
}
