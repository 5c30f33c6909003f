using System.Text.Json.Nodes;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Bills;

/// <summary>
/// Lists line items across bills. They are stored within bills, so a page reads bills, a few at a time, until it is
/// full; bills without a matching line are skipped by columns of bills and by the index of commitments.
/// </summary>
internal sealed class LineItemOperations(IDocumentStore store)
{
    private const int MaximumPageSize = 100;
    private const int BillsAtATime = 20;

    internal static ApiOperation List { get; } = new(
        "GET", "/organizations/{orgId}/lineitems", "ListLineItems", "Line Item", "List line items",
        BillLineItemOperations.One with { IsPage = true }, Run.By<LineItemOperations>(o => o.ListAsync))
    {
        Parameters =
        [
            .. ResourceOperations.PageParameters(MaximumPageSize),
            new("commitmentId", "Only line items of this commitment.", new TextShape()),
            new("lineItemType", "Only line items of this type.", new TextShape(
                Choices: [.. Enum.GetValues<LineItemType>().Select(JsonFormat.Name)])
            {
                ChoicesName = nameof(LineItemType),
            }),
            new("billId", "Only line items of this bill.", new TextShape()),
            BillOperations.Additional,
        ],
        Permission = BillOperations.Reading.Visible(),
        Description = "The newest bills first, and the line items of a bill in its order.",
    };

    private async Task ListAsync(ApiCall call)
    {
        var request = call.Http.Request;
        var issues = new Issues();
        var pageSize = ResourceLists.PageSize(request, MaximumPageSize, issues);
        var filter = LineFilter.Read(request, issues);
        issues.ThrowIfAny();
        var list = $"LineItem|{call.OrganizationId}|{filter}";
        var place = PageToken.Read(list, QueryText.Single(request, "nextToken"), places: 2);
        var lines = new List<ReadOnlyMemory<byte>>();
        // The page of a token begins with the bill in which the last page ended.
        long? before = place is null ? null : Math.Min(place[0], long.MaxValue - 1) + 1;
        while (true)
        {
            var bills = await BillsAsync(call, filter, before);
            foreach (var (sequence, bill) in bills)
            {
                var first = sequence == place?[0] ? place[1] : 0;
                foreach (var (index, line) in filter.LinesOf(bill).Where(one => one.Index >= first))
                {
                    if (lines.Count == pageSize)
                    {
                        await JsonAnswer.WritePageAsync(call.Http, lines, PageToken.Write(list, [sequence, index]));
                        return;
                    }
                    lines.Add(JsonFormat.Write(BillLineItemOperations.View(line, bill!)));
                }
                before = sequence;
            }
            if (bills.Count < BillsAtATime)
                break;
        }
        await JsonAnswer.WritePageAsync(call.Http, lines, null);
    }

    // Newest first, each with its place in the list. Bills that the caller may not see are null.
    private async ValueTask<IReadOnlyList<(long Place, JsonObject? Bill)>> BillsAsync(
        ApiCall call, LineFilter filter, long? before)
    {
        if (filter.CommitmentId is not { } commitmentId)
            return
            [
                .. (await FindAsync(call, filter.Bills, before))
                    .Select(found => (found.Sequence, (JsonObject?)Parse(found))),
            ];
        var ofCommitment = await store.QueryAsync(
            BillCommitments.Kind,
            call.OrganizationId,
            new DocumentQuery
            {
                Where = BillCommitments.Of(commitmentId),
                BeforeSequence = before,
                Limit = BillsAtATime,
            },
            call.Cancelled);
        var ids = ofCommitment.Select(BillCommitments.BillOf).ToList();
        var bills = (await FindAsync(call, Condition.And(filter.Bills, new Condition.In("id", ids)), null))
            .ToDictionary(found => found.Id, Parse, StringComparer.Ordinal);
        return [.. ofCommitment.Zip(ids, (entry, id) => (entry.Sequence, bills.GetValueOrDefault(id)))];
    }

    private ValueTask<IReadOnlyList<Document>> FindAsync(ApiCall call, Condition condition, long? before) =>
        store.QueryAsync(
            BillResource.Definition.DocumentKind,
            call.OrganizationId,
            new DocumentQuery
            {
                Where = Condition.And(condition, call.Visible ?? Condition.And()),
                BeforeSequence = before,
                Limit = BillsAtATime,
            },
            call.Cancelled);

    private static JsonObject Parse(Document document) => JsonNode.Parse(document.Json.Span)!.AsObject();

    private sealed record LineFilter(string? CommitmentId, string? Type, string? BillId)
    {
        // Bills that cannot have a matching line are not read.
        internal Condition Bills => Condition.And(
            Type is null ? Condition.And() : BillResource.HasLineItem(Type),
            BillId is null ? Condition.And() : Condition.Equal("id", BillId));

        internal static LineFilter Read(HttpRequest request, Issues issues)
        {
            var type = QueryText.Single(request, "lineItemType");
            if (type is not null && !Enum.GetValues<LineItemType>().Select(JsonFormat.Name).Contains(type))
                issues.Add(
                    "unknown_value", "lineItemType", "must be a type of line item, such as USAGE or STANDING_CHARGE");
            return new LineFilter(
                QueryText.Single(request, "commitmentId"), type, QueryText.Single(request, "billId"));
        }

        internal IEnumerable<(int Index, JsonObject Line)> LinesOf(JsonObject? bill) =>
            (bill?["lineItems"]?.AsArray() ?? []).Select((line, index) => (index, line!.AsObject()))
                .Where(one => (Type is null || (string?)one.Item2["lineItemType"] == Type)
                    && (CommitmentId is null || (string?)one.Item2["commitmentId"] == CommitmentId));
    }
}
