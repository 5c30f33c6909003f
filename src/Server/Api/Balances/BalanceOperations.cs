using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Balances;

/// <summary>Transactions on balances, and previews of the transactions of schedules.</summary>
internal sealed class BalanceOperations(
    ResourceService resources, ResourceLists lists, BalanceLedger ledger, SchedulePreviews previews)
{
    private const string Root = "/organizations/{orgId}/balances/{balanceId}";
    private const int MaximumPageSize = 200;
    private static readonly ResourceDefinition<BalanceTransaction> Definition = BalanceTransactionResource.Definition;
    private static readonly ApiSchema One = new("BalanceTransactionResponse", Definition.Shape);

    private static string Balance => Permission.Config(BalanceResource.Definition.Kind);

    private static Permission Reading =>
        Permission.On(PermissionAction.ConfigRetrieve, Balance).Item("balanceId");

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root + "/transactions", "ListBalanceTransactions", "Balances", "List the transactions on a balance",
            One with { IsPage = true }, By(o => o.ListAsync))
        {
            Permission = Reading,
            Parameters = ResourceOperations.ListParameters(Definition),
            Description = "Newest first.",
        },
        new("POST", Root + "/transactions", "PostBalanceTransaction", "Balances", "Create a transaction on a balance",
            One, By(o => o.CreateAsync))
        {
            Permission = Permission.On(PermissionAction.ConfigUpdate, Balance).Item("balanceId"),
            Body = new ApiSchema("BalanceTransactionRequest", Definition.Shape) { IsRequest = true },
            Description = "Transactions are immutable: correct one with an opposite transaction.",
        },
        new("GET", Root + "/transactions/summary", "GetBalanceTransactionsSummary", "Balances",
            "Summarize the transactions on a balance",
            new ApiSchema("BalanceTransactionsSummary", BalanceTransactionsSummary.Shape),
            By(o => o.SummarizeAsync))
        {
            Permission = Reading,
        },
        Preview("balancetransactionschedules", "PreviewBalanceTransactionSchedule",
            BalanceScheduleResources.Transactions, Definition, o => o.PreviewTransactionsAsync),
        Preview("balancechargeschedules", "PreviewScheduledCharge",
            BalanceScheduleResources.Charges, ChargeResource.Definition, o => o.PreviewChargesAsync),
    ];

    private static ApiOperation Preview(
        string path, string id, ResourceDefinition schedule, ResourceDefinition made,
        Func<BalanceOperations, Func<ApiCall, Task>> handle) =>
        new("POST", $"{Root}/{path}/preview", id, schedule.Tag, $"Preview a {schedule.Words}",
            PreviewOf(made),
            By(handle))
        {
            Permission = Permission.On(PermissionAction.ConfigRetrieve, Permission.Config(schedule.Kind)),
            AlsoNeeds = [Reading],
            Parameters = ResourceOperations.PageParameters(MaximumPageSize),
            Body = new ApiSchema($"{schedule.Kind}Request", schedule.Shape) { IsRequest = true },
            Description = "Creates nothing. Returns what the schedule would create, ordered by date.",
        };

    private static ApiSchema PreviewOf(ResourceDefinition made) => new(
        $"{made.Kind}Preview", new ObjectShape(made.Kind, [.. made.Shape.Members.Where(IsPreviewed)]))
    {
        IsPage = true,
    };

    // Previewed transactions are not stored, so they have no id and no audit fields.
    private static bool IsPreviewed(JsonMember member) => member.Name is not (
        "id" or "version" or "dtCreated" or "dtLastModified" or "createdBy" or "lastModifiedBy" or "scheduleId"
        or "billId" or "entityId");

    private static Run By(Func<BalanceOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task ListAsync(ApiCall call) => await lists.AnswerAsync(
        call, Definition, Condition.Equal("balance_id", (await BalanceAsync(call)).Id));

    private async Task CreateAsync(ApiCall call)
    {
        var balance = await BalanceAsync(call);
        var asked = await resources.ReadProposedAsync(call, Definition);
        var created = await ledger.AddAsync(
            call.OrganizationId, call.Caller.AuditName, call.Grants, asked with { BalanceId = balance.Id },
            call.Caller.PrincipalId, call.Cancelled);
        await call.AnswerAsync(Definition.Write(created));
    }

    private async Task SummarizeAsync(ApiCall call)
    {
        var summary = await ledger.SummarizeAsync(
            call.OrganizationId, await BalanceAsync(call), call.Now, call.Cancelled);
        await call.AnswerAsync(summary.ToJson());
    }

    private async Task PreviewTransactionsAsync(ApiCall call)
    {
        var kind = BalanceScheduleResources.Transactions;
        await BalanceAsync(call);
        await AnswerAsync(call, kind, Definition, await previews.OfTransactionsAsync(
            call.OrganizationId, call.Grants, await resources.ReadProposedAsync(call, kind), call.Cancelled));
    }

    private async Task PreviewChargesAsync(ApiCall call)
    {
        var kind = BalanceScheduleResources.Charges;
        var balance = await BalanceAsync(call);
        await AnswerAsync(call, kind, ChargeResource.Definition, await previews.OfChargesAsync(
            call.OrganizationId, call.Grants, balance, await resources.ReadProposedAsync(call, kind),
            call.Cancelled));
    }

    private static async Task AnswerAsync(
        ApiCall call, ResourceDefinition schedule, ResourceDefinition made, SchedulePreview preview)
    {
        var issues = new Issues();
        var pageSize = ResourceLists.PageSize(call.Http.Request, MaximumPageSize, issues);
        issues.ThrowIfAny();
        var runs = preview.Runs;
        var list = $"{schedule.Kind}Preview|{call.OrganizationId}|{call.Route("balanceId")}";
        var from = PageToken.ReadIndex(list, QueryText.Single(call.Http.Request, "nextToken"), runs.Count);
        var count = Math.Max(0, Math.Min(pageSize, runs.Count - from));
        var next = from + count < runs.Count ? PageToken.Write(list, from + count) : null;
        var items = Enumerable.Range(from, count)
            .Select(number => Previewed(made.Write(preview.Create(runs[number])))).ToList();
        await JsonAnswer.WritePageAsync(call.Http, items, next);
    }

    private static ReadOnlyMemory<byte> Previewed(byte[] json)
    {
        var made = JsonNode.Parse(json)!.AsObject();
        foreach (var name in new[] { "id", "version", "scheduleId", "entityId" })
            made.Remove(name);
        return JsonFormat.Write(made);
    }

    private ValueTask<Balance> BalanceAsync(ApiCall call) =>
        ledger.FindAsync(call.OrganizationId, call.Route("balanceId"), call.Cancelled);
}
