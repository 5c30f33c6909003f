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
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Balances;

/// <summary>Transactions on balances, and what schedules would make.</summary>
internal static class BalanceOperations
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
            One with { IsPage = true }, ListAsync)
        {
            Permission = Reading,
            Parameters = ResourceOperations.ListParameters(Definition),
            Description = "Newest first.",
        },
        new("POST", Root + "/transactions", "PostBalanceTransaction", "Balances", "Create a transaction on a balance",
            One, CreateAsync)
        {
            Permission = Permission.On(PermissionAction.ConfigUpdate, Balance).Item("balanceId"),
            Body = new ApiSchema("BalanceTransactionRequest", Definition.Shape) { IsRequest = true },
            Description = "Transactions are immutable: correct one with an opposite transaction.",
        },
        new("GET", Root + "/transactions/summary", "GetBalanceTransactionsSummary", "Balances",
            "Sum up the transactions on a balance",
            new ApiSchema("BalanceTransactionsSummary", BalanceTransactionsSummary.Shape), SummarizeAsync)
        {
            Permission = Reading,
        },
        Preview("balancetransactionschedules", "PreviewBalanceTransactionSchedule",
            BalanceScheduleResources.Transactions, Definition, PreviewTransactionsAsync),
        Preview("balancechargeschedules", "PreviewScheduledCharge",
            BalanceScheduleResources.Charges, ChargeResource.Definition, PreviewChargesAsync),
    ];

    private static ApiOperation Preview(
        string path, string id, ResourceDefinition schedule, ResourceDefinition made, Func<ApiCall, Task> handle) =>
        new("POST", $"{Root}/{path}/preview", id, schedule.Tag, $"Preview what a {schedule.Words} would make",
            PreviewOf(made),
            handle)
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

    // What is not made has no id and no history.
    private static bool IsPreviewed(JsonMember member) => member.Name is not (
        "id" or "version" or "dtCreated" or "dtLastModified" or "createdBy" or "lastModifiedBy" or "scheduleId"
        or "billId" or "entityId");

    private static async Task ListAsync(ApiCall call) => await ListRequest.AnswerAsync(
        call, Definition, Condition.Equal("balance_id", (await BalanceAsync(call)).Id));

    private static async Task CreateAsync(ApiCall call)
    {
        var balance = await BalanceAsync(call);
        var asked = (BalanceTransaction)await ResourceOperations.ReadAsync(call, Definition);
        var created = await call.Service<ResourceService>().ChangeAsync(
            call.OrganizationId, call.Caller.AuditName, call.Cancelled, change => change.CreateAsync(
                Definition,
                asked with
                {
                    BalanceId = balance.Id,
                    EntityType = TransactionEntityType.ServiceUser,
                    EntityId = call.Caller.PrincipalId,
                    AppliedDate = asked.AppliedDate ?? change.Now,
                }),
            caller: call.Grants);
        await call.AnswerAsync(Definition.Write(created));
    }

    private static async Task SummarizeAsync(ApiCall call)
    {
        var balance = await BalanceAsync(call);
        var transactions = await Reader(call).ListAsync<BalanceTransaction>(
            Condition.Equal("balance_id", balance.Id));
        var now = call.Service<NodaTime.IClock>().GetCurrentInstant();
        await call.AnswerAsync(BalanceTransactionsSummary.Of(balance, transactions, now).ToJson());
    }

    private static async Task PreviewTransactionsAsync(ApiCall call)
    {
        var definition = BalanceScheduleResources.Transactions;
        await BalanceAsync(call);
        var schedule = await ProposedAsync<BalanceTransactionSchedule>(call, definition);
        var runs = (await BalanceScheduleRules.RunsAsync(schedule, Reader(call)))!;
        await AnswerAsync(call, definition, runs, run => Definition.Write(DueRuns.TransactionOf(schedule, run)));
    }

    private static async Task PreviewChargesAsync(ApiCall call)
    {
        var definition = BalanceScheduleResources.Charges;
        var balance = await BalanceAsync(call);
        var schedule = await ProposedAsync<BalanceChargeSchedule>(call, definition);
        var runs = (await BalanceScheduleRules.RunsAsync(schedule, Reader(call)))!;
        await AnswerAsync(call, definition, runs,
            run => ChargeResource.Definition.Write(DueRuns.ChargeOf(schedule, balance, run)));
    }

    private static async Task AnswerAsync(
        ApiCall call, ResourceDefinition schedule, ScheduleRuns runs, Func<ScheduleRun, byte[]> made)
    {
        var issues = new Issues();
        var pageSize = ListRequest.PageSize(call.Http.Request, MaximumPageSize, issues);
        issues.ThrowIfAny();
        var list = $"{schedule.Kind}Preview|{call.OrganizationId}|{call.Route("balanceId")}";
        var from = PageToken.ReadIndex(list, QueryText.Single(call.Http.Request, "nextToken"), runs.Count);
        var count = Math.Max(0, Math.Min(pageSize, runs.Count - from));
        var next = from + count < runs.Count ? PageToken.Write(list, from + count) : null;
        var items = Enumerable.Range(from, count).Select(number => Previewed(made(runs[number]))).ToList();
        await JsonAnswer.WritePageAsync(call.Http, items, next);
    }

    private static ReadOnlyMemory<byte> Previewed(byte[] json)
    {
        var made = JsonNode.Parse(json)!.AsObject();
        foreach (var name in new[] { "id", "version", "scheduleId", "entityId" })
            made.Remove(name);
        return JsonFormat.Write(made);
    }

    // A schedule that exists may be previewed with changes, so its code may be taken.
    private static async ValueTask<T> ProposedAsync<T>(ApiCall call, ResourceDefinition definition) where T : Resource
    {
        var proposed = await ResourceOperations.ReadAsync(call, definition);
        var completed = await definition.CompleteAsync(proposed, null, Reader(call));
        await ResourceChecks.CheckProposedAsync(
                call.Service<ResourceService>().Catalog, definition, completed, Reader(call), call.Grants);
        return (T)completed;
    }

    private static async ValueTask<Balance> BalanceAsync(ApiCall call) =>
        await Reader(call).FindAsync<Balance>(call.Route("balanceId"))
            ?? throw ResourceService.NotFound(BalanceResource.Definition, call.Route("balanceId"));

    private static ResourceReader Reader(ApiCall call) =>
        call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled);
}
