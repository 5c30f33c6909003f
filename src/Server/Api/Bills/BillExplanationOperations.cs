using System.Globalization;
using System.Text;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Explanations;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Api.Usage;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Bills;

/// <summary>Explains bills, and reports what a calculation has changed or would change.</summary>
internal sealed class BillExplanationOperations(
    ResourceService resources, BillExplanations explanations, BillHistory history, BillPreviews previews,
    QuerySlots slots, RequestLimits limits)
{
    private const string Root = "/organizations/{orgId}/bills";
    private static readonly ApiSchema One = new("BillResponse", BillResource.Definition.Shape);
    private static readonly ApiSchema Difference = new("BillDifference", JsonShapes.Of(typeof(BillDifference)));
    private static readonly ApiSchema Explanation = new("BillExplanation", JsonShapes.Of(typeof(BillExplanation)));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        OfBill("explain", "ExplainBill", "Explain a bill", Explanation, o => o.ExplainAsync) with
        {
            Parameters =
            [
                new("format", "`json`, or `text` for a text that people can read. Default: `json`.",
                    new TextShape(Choices: ["json", "text"])),
            ],
            Description = """
                Shows how each amount of the bill was calculated: terms, proration, quantities, bands, rounding and
                conversion, down to the aggregated values and the number of measurements behind them. `valueNow` shows
                usage that arrived after the calculation. The bill's arithmetic can be recomputed from this response.
                The limits on usage queries apply.
                """,
        },
        OfBill("history", "ListFormerBills", "List former calculations of a bill", One with { IsPage = true },
            o => o.HistoryAsync) with
        {
            Parameters = ResourceOperations.PageParameters(BillResource.Definition.MaximumPageSize),
            Description = $"""
                The bill before each recalculation that changed it, newest first. The last
                {FormerBillResource.MaxPerBill} are kept.
                """,
        },
        OfBill("difference", "GetBillDifference", "Compare a bill with a former calculation", Difference,
            o => o.DifferenceAsync) with
        {
            Parameters =
            [
                new("from", "Version of the former calculation. Default: the latest.", new TextShape()),
            ],
            Description = "Lists the lines that differ. Empty if no recalculation has changed the bill.",
        },
        Preview("", "PreviewBill", "Bill", "Preview a bill", One, o => o.PreviewAsync) with
        {
            Parameters = [new("debug", "Has no effect.", new BooleanShape())],
            Description = """
                Calculates a bill of one account and returns it without saving it. `accountIds` must contain exactly one
                account; `billingFrequency` and `billFrequencyInterval` are required. Without a date, the bill of the
                current period is calculated. If it would replace a stored bill, the permission to retrieve that bill is
                required. The limits on usage queries apply.
                """,
        },
        Preview("/difference", "PreviewBillDifference", ApiOperations.OwnTag, "Preview the changes to a bill",
            Difference, o => o.PreviewDifferenceAsync) with
        {
            Description = "As `POST .../bills/preview`, but returns the difference to the stored bill.",
        },
    ];

    private static ApiOperation OfBill(
        string path, string id, string summary, ApiSchema answer,
        Func<BillExplanationOperations, Func<ApiCall, Task>> handle) =>
        new("GET", $"{Root}/{{id}}/{path}", id, ApiOperations.OwnTag, summary, answer, Run.By(handle))
        {
            Permission = BillOperations.Reading.Item(),
        };

    private static ApiOperation Preview(
        string path, string id, string tag, string summary, ApiSchema answer,
        Func<BillExplanationOperations, Func<ApiCall, Task>> handle) =>
        new("POST", $"{Root}/preview{path}", id, tag, summary, answer, Run.By(handle))
        {
            Body = new ApiSchema("BillJobRequest", BillJobResource.Definition.Shape) { IsRequest = true },
            Permission = BillOperations.Reading.Visible(),
            AlsoNeeds = [EntityPermissions.Retrieve(AccountResource.Definition).Visible()],
        };

    private async Task ExplainAsync(ApiCall call)
    {
        var format = QueryText.Single(call.Http.Request, "format") ?? "json";
        if (format is not ("json" or "text"))
            throw new RefusedException(new Issue("unknown_value", "format", "must be json or text"));
        var explained = await InTimeAsync(call, async cancelled =>
        {
            var explanation = await explanations.ExplainAsync(call.OrganizationId, call.Route("id"), cancelled);
            return format == "json"
                ? explanation.ToJson() : Encoding.UTF8.GetBytes(ExplanationText.Of(explanation, cancelled));
        });
        if (format == "json")
        {
            await call.AnswerAsync(explained);
            return;
        }
        call.Http.Response.ContentType = "text/plain; charset=utf-8";
        await call.Http.Response.Body.WriteAsync(explained, call.Cancelled);
    }

    private async Task HistoryAsync(ApiCall call)
    {
        var issues = new Issues();
        var size = ResourceLists.PageSize(call.Http.Request, BillResource.Definition.MaximumPageSize, issues);
        issues.ThrowIfAny();
        var bill = await FindAsync(call);
        // By version, so that a token remains valid if the bill is recalculated between pages.
        var list = $"{call.OrganizationId}/bills/{bill.Id}/history";
        var before = PageToken.Read(list, QueryText.Single(call.Http.Request, "nextToken"));
        var former = (await history.OfAsync(call.OrganizationId, bill.Id, call.Cancelled))
            .Where(one => before is null || one.Version < before).ToList();
        List<Bill> page = [.. former.Take(size)];
        await JsonAnswer.WritePageAsync(
            call.Http, [.. page.Select(one => (ReadOnlyMemory<byte>)BillResource.Definition.Write(one))],
            former.Count > page.Count ? PageToken.Write(list, page[^1].Version) : null);
    }

    private async Task DifferenceAsync(ApiCall call)
    {
        long? from = QueryText.Single(call.Http.Request, "from") is not { } text
            ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? version
                : throw new RefusedException(new Issue("type", "from", "must be the version of a former calculation"));
        var bill = await FindAsync(call);
        var difference = await history.DifferenceAsync(call.OrganizationId, bill, from, call.Cancelled);
        await call.AnswerAsync(difference.ToJson());
    }

    private async Task PreviewAsync(ApiCall call) =>
        await call.AnswerAsync(BillResource.Definition.Write((await CalculateAsync(call)).Preview));

    private async Task PreviewDifferenceAsync(ApiCall call)
    {
        var (preview, stored) = await CalculateAsync(call);
        await call.AnswerAsync(BillDifference.Of(stored, preview).ToJson());
    }

    private async Task<(Bill Preview, Bill? Stored)> CalculateAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var asked = (BillJob)BillJobResource.Definition.Read(
            BillJobResource.Definition.Shape.Check(body.RootElement));
        EntityPermissions.Require(
            call.Grants, AccountResource.Definition,
            [.. (asked.AccountIds ?? []).Select((id, index) => ($"accountIds[{index}]", id))]);
        return await InTimeAsync(call, cancelled => previews.PreviewAsync(
            call.OrganizationId, asked,
            stored => EntityPermissions.Demand(
                call.Grants, EntityPermissions.Retrieve(BillResource.Definition), stored.Id),
            cancelled));
    }

    // As a usage query: both read usage.
    private async Task<T> InTimeAsync<T>(ApiCall call, Func<CancellationToken, Task<T>> work)
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled);
        cancelling.CancelAfter(limits.QueryTime);
        try
        {
            using var slot = await slots.EnterAsync(call.OrganizationId, cancelling.Token);
            return await work(cancelling.Token);
        }
        catch (OperationCanceledException cancelled) when (!call.Cancelled.IsCancellationRequested)
        {
            throw new ServerBusyException("Reading the usage of the bill took too long. Try again later.", cancelled);
        }
    }

    private async ValueTask<Bill> FindAsync(ApiCall call) =>
        (Bill)BillResource.Definition.Read(
            (await resources.FindJsonAsync(call, BillResource.Definition, call.Route("id"))).Span);
}
