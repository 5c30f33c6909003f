using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Bills;

/// <summary>Creates and recalculates bills.</summary>
internal sealed class BillJobOperations(
    ResourceService resources, ResourceLists lists, ResourceViews views, BillJobStarter starter,
    BillJobHandler handler)
{
    private const string Root = "/organizations/{orgId}/billjobs";
    private static readonly ResourceDefinition<BillJob> Definition = BillJobResource.Definition;
    private static readonly ApiSchema One = new("BillJobResponse", Definition.Shape);
    private static readonly ObjectShape RecalculateShape = JsonShapes.Of(typeof(BillJobRecalculateRequest));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root, "ListBillJobs", "BillJob", "List bill jobs", ResourceOperations.Page(
            Definition), By(o => o.ListAsync))
        {
            Parameters = [.. ResourceOperations.ListParameters(Definition).Where(parameter => parameter.Name != "ids")],
            Permission = Needs(PermissionAction.ConfigRetrieve).Visible(),
            Description = "Newest first.",
        },
        new("POST", Root, "CreateBillJob", "BillJob", "Create a bill job", One,
            By(o => o.CreateAsync))
        {
            Body = new ApiSchema("BillJobRequest", Definition.Shape) { IsRequest = true },
            Permission = Needs(PermissionAction.ConfigCreate),
            AlsoNeeds =
            [
                Permission.OnBilling(PermissionAction.ConfigCreate, "bill"),
                EntityPermissions.Retrieve(AccountResource.Definition).Visible(),
            ],
            Description = """
                Creates the bills of the given accounts for a bill date, in the background: retrieve the job until its
                status is `COMPLETE`. An existing bill is recalculated in place; a locked bill is left unchanged.
                Without a date, the bills of the current period are created. A bill that cannot be calculated
                correctly is not created; `failures` of the job lists the reasons.
                """,
        },
        new("GET", Root + "/{id}", "GetBillJob", "BillJob", "Retrieve a bill job", One,
            By(o => o.GetAsync))
        {
            Permission = Needs(PermissionAction.ConfigRetrieve).Item(),
        },
        new("POST", Root + "/{id}/cancel", "CancelBillJob", "BillJob", "Cancel a bill job", One,
            By(o => o.CancelAsync))
        {
            Permission = Needs(PermissionAction.ConfigUpdate).Item(),
            Description = "Bills that the job has already created are kept.",
        },
        new("POST", Root + "/recalculate", "RecalculateBillJob", "BillJob", "Recalculate bills", One,
            By(o => o.RecalculateAsync))
        {
            Body = new ApiSchema("BillJobRecalculateRequest", RecalculateShape) { IsRequest = true },
            Permission = Needs(PermissionAction.ConfigCreate),
            AlsoNeeds = [EntityPermissions.Update(BillResource.Definition).Visible()],
            Description = """
                Recalculates bills from current configuration and usage. Ids, dates and currency are kept; locked
                bills are left unchanged.
                """,
        },
    ];

    private static Permission Needs(PermissionAction action) => Permission.OnBilling(action, "billJob");

    private static Run By(Func<BillJobOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private Task ListAsync(ApiCall call) => lists.AnswerAsync(call, Definition);

    private async Task GetAsync(ApiCall call) => await call.AnswerAsync(await views.ShowAsync(
        call, Definition, await resources.FindJsonAsync(call, Definition, call.Route("id"))));

    private async Task CreateAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var asked = (BillJob)Definition.Read(Definition.Shape.Check(body.RootElement));
        await RequireVisibleAsync(call, asked);
        await call.AnswerAsync(Definition.Write(await starter.CreateAsync(
            call.OrganizationId, call.Caller.AuditName, asked, call.Cancelled)));
    }

    /// <summary>Requires the permission to retrieve the accounts; without accounts, all of them are affected.</summary>
    /// <exception cref="ForbiddenException">The caller lacks the permission for an account.</exception>
    internal static void RequireAccounts(ApiCall call, IReadOnlyList<string>? accountIds)
    {
        var reach = call.Grants.Of(EntityPermissions.Retrieve(AccountResource.Definition));
        if (accountIds is { Count: > 0 })
            EntityPermissions.Require(
                call.Grants, AccountResource.Definition,
                [.. accountIds.Select((id, index) => ($"accountIds[{index}]", id))]);
        else if (!reach.IsWhole || reach.Denied.Count > 0)
            throw new ForbiddenException(
                "Forbidden: without accountIds, this requires the permission "
                + $"{EntityPermissions.Retrieve(AccountResource.Definition).Describe()} for every account");
    }

    private async ValueTask RequireVisibleAsync(ApiCall call, BillJob asked)
    {
        RequireAccounts(call, asked.AccountIds);
        if (asked.TargetCurrency is not { } code)
            return;
        var found = await resources.Reader(call)
            .ListAsync<Currency>(Condition.Equal("code", code));
        var issues = new Issues();
        EntityPermissions.Check(
            call.Grants, CurrencyResource.Definition, "targetCurrency", code, found.FirstOrDefault()?.Id, issues);
        issues.ThrowIfAny();
    }

    private async Task RecalculateAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        RecalculateShape.Check(body.RootElement);
        var billIds =
            body.RootElement.GetProperty("billIds").EnumerateArray().Select(id => id.GetString()!).Distinct().ToList();
        EntityPermissions.Require(
            call.Grants, BillResource.Definition, [.. billIds.Select((id, index) => ($"billIds[{index}]", id))]);
        foreach (var id in billIds)
            EntityPermissions.Demand(call.Grants, EntityPermissions.Update(BillResource.Definition), id);
        await call.AnswerAsync(Definition.Write(await starter.RecalculateAsync(
            call.OrganizationId, call.Caller.AuditName, billIds, call.Cancelled)));
    }

    private async Task CancelAsync(ApiCall call) => await call.AnswerAsync(Definition.Write(await handler.CancelAsync(
        call.OrganizationId, call.Route("id"), call.Caller.AuditName, call.Cancelled)));
}

/// <summary>Which bills to recalculate.</summary>
internal sealed record BillJobRecalculateRequest
{
    /// <summary>Not used.</summary>
    public long? Version { get; init; }

    /// <summary>UUIDs of the bills, 1 to 100.</summary>
    [MinimumItems(1), MaximumItems(100)]
    public required IReadOnlyList<string> BillIds { get; init; }
}
