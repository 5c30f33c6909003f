using System.Text.Json;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Statements;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Statements;

/// <summary>Starts, lists and cancels statement jobs.</summary>
internal sealed class StatementJobOperations(
    ResourceService resources, ResourceLists lists, StatementJobs jobs, StatementJobAnswer answers)
{
    private const string Root = "/organizations/{orgId}/statementjobs";
    private static readonly ResourceDefinition<StatementJob> Definition = StatementJobResource.Definition;
    private static readonly ApiSchema One = new("StatementJobResponse", Definition.Shape);
    private static readonly ObjectShape BatchShape = JsonShapes.Of(typeof(StatementsBatchJobRequest));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root, "ListStatementJobs", "StatementJob", "List statement jobs", ResourceOperations.Page(
            Definition), By(o => o.ListAsync))
        {
            Parameters = ResourceOperations.ListParameters(Definition),
            Permission = Needs(PermissionAction.ConfigRetrieve).Visible(),
            AlsoNeeds = [OfBills],
            Description = """
                Newest first, only of bills that the caller may retrieve. Use at most one of `active`, `status` and
                `billId`.
                """,
        },
        new("POST", Root, "CreateStatementJob", "StatementJob", "Create a statement job", One, By(o => o.CreateAsync))
        {
            Body = new ApiSchema("StatementJobRequest", Definition.Shape) { IsRequest = true },
            Permission = Needs(PermissionAction.ConfigCreate),
            AlsoNeeds = [OfBills],
            Description = """
                Generates the statement of a bill in the background: the usage behind its usage lines, by the statement
                definition of the account, otherwise of the organization, otherwise the sum over the whole period.
                Retrieve the job until its `statementJobStatus` is `COMPLETE`; it then contains URLs that work without a
                token for 5 minutes. Statements are kept for 90 days. At most 100 jobs of an organization can be active.
                """,
        },
        new("POST", Root + "/batch", "CreateStatementJobBatch", "StatementJob", "Create statement jobs",
            One with { IsList = true }, By(o => o.CreateBatchAsync))
        {
            Body = new ApiSchema("StatementsBatchJobRequest", BatchShape) { IsRequest = true },
            Permission = Needs(PermissionAction.ConfigCreate),
            AlsoNeeds = [OfBills],
            Description = "Creates a job for each bill, or none if one is refused.",
        },
        new("GET", Root + "/{id}", "GetStatementJob", "StatementJob", "Retrieve a statement job", One,
            By(o => o.GetAsync))
        {
            Permission = Needs(PermissionAction.ConfigRetrieve).Item(),
            AlsoNeeds = [OfBills],
            Description = "Also requires the permission to retrieve the bill.",
        },
        new("POST", Root + "/{id}/cancel", "CancelStatementJob", "StatementJob", "Cancel a statement job", One,
            By(o => o.CancelAsync))
        {
            Permission = Needs(PermissionAction.ConfigUpdate).Item(),
            AlsoNeeds = [OfBills],
            Description = "Returns 409 if the job has ended. Also requires the permission to retrieve the bill.",
        },
    ];

    private static Permission OfBills => EntityPermissions.Retrieve(BillResource.Definition).Visible();

    /// <summary>A permission on statement jobs.</summary>
    internal static Permission Needs(PermissionAction action) => Permission.OnBilling(action, "statementJob");

    private static Run By(Func<StatementJobOperations, Func<ApiCall, Task>> method) => Run.By(method);

    // A job contains the URL of the statement, so it is not shown to a caller who may not retrieve the bill.
    private Task ListAsync(ApiCall call) => lists.AnswerAsync(
        call, Definition, call.Grants.Of(EntityPermissions.Retrieve(BillResource.Definition))
            .Where(StatementJobResource.BillColumn),
        viewPage: stored => answers.ShowAsync(call, stored));

    private async Task GetAsync(ApiCall call) => await AnswerAsync(call, await FindAsync(call));

    private async Task<StatementJob> FindAsync(ApiCall call)
    {
        var job = (StatementJob)Definition.Read(
            (await resources.FindJsonAsync(call, Definition, call.Route("id"))).Span);
        EntityPermissions.Demand(call.Grants, EntityPermissions.Retrieve(BillResource.Definition), job.BillId);
        return job;
    }

    private async Task CreateAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var asked = (StatementJob)Definition.Read(Definition.Shape.Check(body.RootElement));
        await AnswerAsync(call, (await StartAsync(call, [("billId", asked)]))[0]);
    }

    private async Task CreateBatchAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(BatchShape.Check(body.RootElement));
        var asked = plain.RootElement;
        // Each job differs from the request only in the bill.
        var started = await StartAsync(
            call,
            [.. asked.GetProperty("billIds").EnumerateArray().Select(id => id.GetString()!).Distinct().Select(
                (id, index) => ($"billIds[{index}]", JobOf(asked, id)))]);
        var shown = await answers.ShowAsync(call, started);
        using var list = new MemoryStream();
        list.WriteByte((byte)'[');
        foreach (var (index, job) in shown.Index())
        {
            if (index > 0)
                list.WriteByte((byte)',');
            list.Write(job.Span);
        }
        list.WriteByte((byte)']');
        await call.AnswerAsync(list.ToArray());
    }

    private static StatementJob JobOf(JsonElement asked, string billId) => new()
    {
        BillId = billId,
        IncludeCsvFormat = asked.TryGetProperty("includeCsvFormat", out var csv) && csv.ValueKind != JsonValueKind.Null
            ? csv.GetBoolean() : null,
        Filters = asked.TryGetProperty("filters", out var filters) && filters.ValueKind == JsonValueKind.Object
            && filters.TryGetProperty("meterIds", out var meters) && meters.ValueKind == JsonValueKind.Array
            ? new StatementJobFilters { MeterIds = [.. meters.EnumerateArray().Select(id => id.GetString()!)] } : null,
    };

    private async Task<IReadOnlyList<StatementJob>> StartAsync(
        ApiCall call, IReadOnlyList<(string Path, StatementJob Job)> asked)
    {
        EntityPermissions.Require(
            call.Grants, BillResource.Definition, [.. asked.Select(one => (one.Path, one.Job.BillId))]);
        return await jobs.StartAsync(call.OrganizationId, call.Caller.AuditName, asked, call.Cancelled);
    }

    private async Task CancelAsync(ApiCall call)
    {
        var job = await FindAsync(call);
        await AnswerAsync(
            call, await jobs.CancelAsync(call.OrganizationId, job.Id, call.Caller.AuditName, call.Cancelled));
    }

    private async Task AnswerAsync(ApiCall call, StatementJob job) =>
        await call.AnswerAsync((await answers.ShowAsync(call, [job]))[0]);
}

/// <summary>Which statements to generate.</summary>
internal sealed record StatementsBatchJobRequest
{
    /// <summary>Not used.</summary>
    public long? Version { get; init; }

    /// <summary>UUIDs of the bills, 1 to 10.</summary>
    [MinimumItems(1), MaximumItems(10)]
    public required IReadOnlyList<string> BillIds { get; init; }

    /// <summary>Whether the statements are also generated as CSV. JSON is always generated.</summary>
    public bool? IncludeCsvFormat { get; init; }

    /// <summary>Which lines to include. Default: all usage lines.</summary>
    public StatementJobFilters? Filters { get; init; }
}
