using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Bills;

/// <summary>Approves, locks and deletes bills.</summary>
internal sealed class BillLifeOperations(ResourceService resources, BillLifecycle life)
{
    private const string Root = "/organizations/{orgId}/bills";
    private const int MaxAccounts = 200;
    private static readonly ResourceDefinition<Bill> Definition = BillResource.Definition;
    private static readonly ApiSchema One = new("BillResponse", Definition.Shape);
    private static readonly ObjectShape StatusShape = JsonShapes.Of(typeof(UpdateBillStatusRequest));
    private static readonly ObjectShape ApproveShape = JsonShapes.Of(typeof(ApproveBillsRequest));
    private static readonly ApiSchema Approval =
        new("BillApprovalResponse", JsonShapes.Of(typeof(BillApprovalResponse)));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("PUT", Root + "/{id}/status", "UpdateBillStatus", "Bill", "Update the status of a bill", One,
            By(o => o.SetStatusAsync))
        {
            Permission = Updating.Item(),
            Body = new ApiSchema("UpdateBillStatusRequest", StatusShape) { IsRequest = true },
            Description = "Approves a bill, or sets it back to pending. Returns 409 if the bill is locked.",
        },
        new("PUT", Root + "/{id}/lock", "LockBill", "Bill", "Lock a bill", One, By(o => o.LockAsync))
        {
            Permission = Updating.Item(),
            Description = """
                A locked bill never changes again, and cannot be unlocked. Returns 409 if the bill is pending: approve
                it first.
                """,
        },
        new("POST", Root + "/approve", "ApproveBills", "Bill", "Approve bills", Approval, By(o => o.ApproveAsync))
        {
            Permission = Updating.Visible(),
            Parameters =
            [
                new("externalInvoiceDateStart", "Only bills with an invoice date on or after this date.",
                    new TextShape()),
                new("externalInvoiceDateEnd", "Only bills with an invoice date before this date.", new TextShape()),
                new("accountIds", "Only bills of these accounts, comma-separated or repeated, at most 200.",
                    new TextShape()),
            ],
            Body = new ApiSchema("ApproveBillsRequest", ApproveShape) { IsRequest = true },
            Description = """
                Approves the given bills. Without `billIds`, approves all pending bills that match the query parameters,
                of which at least one is then required. Bills that are approved already are unchanged. If a bill does
                not exist, no bill is approved. Repeating an interrupted request completes it.
                """,
        },
        new("POST", Root + "/billingperiod/{lastDateInBillingPeriod}/{billingFrequency}/approve",
            "ApproveAllBillsInBillingPeriod", "Bill", "Approve the bills of a period", Approval,
            By(o => o.ApprovePeriodAsync))
        {
            Permission = Updating.Visible(),
            Description = "Approves all pending bills of the period.",
        },
        new("DELETE", Root + "/{id}", "DeleteBill", "Bill", "Delete a bill", One, By(o => o.DeleteAsync))
        {
            Permission = EntityPermissions.Delete(Definition).Item(),
            Description = """
                Deletes a bill that was not sent to a customer, with its credit and debit line items. Its invoice number
                is not issued again. Returns 409 if the bill is locked, or if a credit or debit line item of another
                bill refers to it.
                """,
        },
    ];

    private static Permission Updating => EntityPermissions.Update(Definition);

    private static Run By(Func<BillLifeOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task SetStatusAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        StatusShape.Check(body.RootElement);
        var status = body.RootElement.GetProperty("status").GetString() == JsonFormat.Name(BillStatus.Approved)
            ? BillStatus.Approved : BillStatus.Pending;
        await AnswerAsync(call, await life.SetStatusAsync(
            call.OrganizationId, call.Caller.AuditName, call.Route("id"), status, call.Cancelled));
    }

    private async Task LockAsync(ApiCall call) => await AnswerAsync(call, await life.LockAsync(
        call.OrganizationId, call.Caller.AuditName, call.Route("id"), call.Cancelled));

    private async Task DeleteAsync(ApiCall call) => await AnswerAsync(call, await life.DeleteAsync(
        call.OrganizationId, call.Caller.AuditName, call.Route("id"), call.Cancelled));

    private async Task ApproveAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync(isOptional: true);
        ApproveShape.Check(body.RootElement);
        if (body.RootElement.TryGetProperty("billIds", out var given) && given.ValueKind == JsonValueKind.Array)
            await AnswerAsync(call, await ApproveAsync(
                call, [.. given.EnumerateArray().Select(id => id.GetString()!).Distinct(StringComparer.Ordinal)]));
        else
            await AnswerAsync(call, await life.ApproveAsync(
                call.OrganizationId, call.Caller.AuditName, Within(call, await FiltersAsync(call)), call.Cancelled));
    }

    private Task<string> ApproveAsync(ApiCall call, IReadOnlyList<string> billIds)
    {
        EntityPermissions.Require(
            call.Grants, Definition, [.. billIds.Select((id, index) => ($"billIds[{index}]", id))]);
        foreach (var id in billIds)
            EntityPermissions.Demand(call.Grants, Updating, id);
        return life.ApproveAsync(call.OrganizationId, call.Caller.AuditName, billIds, call.Cancelled);
    }

    private async Task ApprovePeriodAsync(ApiCall call) => await AnswerAsync(call, await life.ApproveAsync(
        call.OrganizationId, call.Caller.AuditName, Within(call, BillOperations.PeriodOf(call)), call.Cancelled));

    private async ValueTask<Condition> FiltersAsync(ApiCall call)
    {
        var issues = new Issues();
        var parameters = new ListParameters(
            name => QueryText.List(call.Http.Request, name), call.Now, await resources.ZoneAsync(call), issues);
        var accounts = parameters.Values("accountIds");
        if (accounts?.Count > MaxAccounts)
            issues.Add("count", "accountIds", $"must have at most {MaxAccounts} values");
        if (accounts is null && parameters.Text("externalInvoiceDateStart") is null
            && parameters.Text("externalInvoiceDateEnd") is null)
            issues.Add("required", "billIds", "is required unless a query parameter selects bills");
        var filters = Condition.And(
            accounts is null ? Condition.And() : new Condition.In("account_id", accounts),
            parameters.Dated("externalInvoiceDateStart", "external_invoice_date", Comparison.GreaterOrEqual),
            parameters.Dated("externalInvoiceDateEnd", "external_invoice_date", Comparison.Less));
        issues.ThrowIfAny();
        return filters;
    }

    // Bills that the caller may not change, or not see, are left out.
    private static Condition Within(ApiCall call, Condition condition) => Condition.And(
        condition, call.Visible ?? Condition.And(), EntityPermissions.Visible(call.Grants, Definition));

    private static Task AnswerAsync(ApiCall call, Bill bill) => call.AnswerAsync(Definition.Write(bill));

    private static Task AnswerAsync(ApiCall call, string message) =>
        call.AnswerAsync(JsonFormat.Write(new JsonObject { ["message"] = message }));
}

/// <summary>The new status of a bill.</summary>
internal sealed record UpdateBillStatusRequest
{
    /// <summary>The status.</summary>
    public required BillStatus Status { get; init; }
}

/// <summary>Which bills to approve.</summary>
internal sealed record ApproveBillsRequest
{
    /// <summary>UUIDs of the bills. Query parameters are then ignored.</summary>
    [RequiredInContract, MinimumItems(1)]
    public IReadOnlyList<string>? BillIds { get; init; }
}

/// <summary>The result of an approval.</summary>
internal sealed record BillApprovalResponse
{
    /// <summary>How many bills were approved.</summary>
    public string? Message { get; init; }
}
