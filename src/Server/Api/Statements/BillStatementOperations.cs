using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Statements;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Bills;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Api.Usage;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Statements;

/// <summary>Retrieves the statements of a bill, and generates them at once.</summary>
internal sealed class BillStatementOperations(
    ResourceService resources, IFileStore files, StatementJobs jobs, StatementGenerator generator,
    StatementJobAnswer answers, QuerySlots slots, RequestLimits limits)
{
    private const string Bill = "/organizations/{orgId}/bills/{id}/statement";
    private const string Line = "/organizations/{orgId}/bills/{billId}/lineitems/{id}/usage/json";

    private static readonly ApiSchema Url = FileContract.ObjectUrl;

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Bill + "/json", "GetBillJsonStatement", "Bill", "Get the JSON statement of a bill", Url,
            By(o => call => o.NewestAsync(call, withCsv: false)))
        {
            Permission = BillOperations.Reading.Item(),
            Description = """
                Returns the URL of the newest statement of the whole bill, which works without a token for 5 minutes.
                Returns 404 if none has been generated, or the file has expired: create a statement job.
                """,
        },
        new("GET", Bill + "/csv", "GetBillCsvStatement", "Bill", "Get the CSV statement of a bill", Url,
            By(o => call => o.NewestAsync(call, withCsv: true)))
        {
            Permission = BillOperations.Reading.Item(),
            Description = """
                Returns the URL of the newest CSV statement of the whole bill, which works without a token for 5
                minutes. Returns 404 if none has been generated, or the file has expired.
                """,
        },
        new("POST", Bill + "/csv", "CreateBillCsvStatement", "Bill", "Generate the CSV statement of a bill", Url,
            By(o => o.CreateAsync))
        {
            Permission = BillOperations.Reading.Item(),
            AlsoNeeds = [StatementJobOperations.Needs(PermissionAction.ConfigCreate)],
            Description = """
                Generates the statement of the bill as JSON and CSV before it responds, as a statement job does, and
                returns the URL of the CSV file, which works without a token for 5 minutes. The limits on usage queries
                apply.
                """,
        },
        new("GET", Line, "GetBillLineItemJsonUsage", "Bill", "Get the usage of a line item of a bill", Url,
            By(o => o.LineAsync))
        {
            Permission = BillOperations.Reading.Item("billId"),
            Description = """
                Generates a statement with a single usage line, and returns the URL of the JSON file, which works
                without a token for 5 minutes. Returns 404 for a line without usage. The limits on usage queries apply.
                """,
        },
    ];

    private static Run By(Func<BillStatementOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task NewestAsync(ApiCall call, bool withCsv)
    {
        var billId = call.Route("id");
        await resources.FindJsonAsync(call, BillResource.Definition, billId);
        var format = withCsv ? "CSV" : "JSON";
        var job = await StatementJobs.NewestAsync(resources.Reader(call), billId, withCsv)
            ?? throw new NotFoundException($"No {format} statement of the bill has been generated");
        var key = withCsv
            ? StatementFiles.Csv(call.OrganizationId, job.Id) : StatementFiles.Json(call.OrganizationId, job.Id);
        if (await files.FindAsync(key, call.Cancelled) is null)
            throw new NotFoundException($"The {format} statement of the bill has expired. Generate it again");
        await AnswerAsync(call, key);
    }

    private async Task CreateAsync(ApiCall call)
    {
        var job = await InTimeAsync(call, cancelled => jobs.GenerateAsync(
            call.OrganizationId, call.Caller.AuditName, call.Route("id"), cancelled));
        await AnswerAsync(call, StatementFiles.Csv(call.OrganizationId, job.Id));
    }

    private async Task LineAsync(ApiCall call) => await AnswerAsync(call, await InTimeAsync(
        call, cancelled => generator.GenerateLineAsync(
            call.OrganizationId, call.Route("billId"), call.Route("id"), cancelled)));

    // As a usage query, which it consists of.
    private async Task<T> InTimeAsync<T>(ApiCall call, Func<CancellationToken, Task<T>> work)
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled);
        cancelling.CancelAfter(limits.QueryTime);
        try
        {
            using var slot = await slots.EnterAsync(call.OrganizationId, cancelling.Token);
            return await work(cancelling.Token);
        }
        catch (StatementException refusal)
        {
            throw new RefusedException(new Issue("statement", "", refusal.Message));
        }
        catch (OperationCanceledException cancelled) when (!call.Cancelled.IsCancellationRequested)
        {
            throw new ServerBusyException(
                "Generating the statement took too long. Create a statement job, or try again later.", cancelled);
        }
    }

    private Task AnswerAsync(ApiCall call, FileKey key) =>
        call.AnswerAsync(JsonFormat.Write(new JsonObject { ["downloadUrl"] = answers.Url(call, key) }));
}
