using System.Text.Json;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Events;

namespace Tallystick.Billing.Statements;

/// <summary>
/// Starts the statement job of each bill that becomes approved or locked, as its account or organization has chosen. It
/// reads the events of bills, so that it does not matter who approves or locks them.
/// </summary>
public sealed class StatementsOnApproval : IEventSubscriber
{
    /// <inheritdoc/>
    public string Name => "statementsOnApproval";

    // A new bill is always pending.
    /// <inheritdoc/>
    public IReadOnlyList<string> EventNames { get; } = ["billing.bill.updated"];

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ResourceChange change, IReadOnlyList<ChangeEvent> events)
    {
        foreach (var one in events)
        {
            using var json = JsonDocument.Parse(one.Json);
            if (IsFinal(json.RootElement, "newDto") && !IsFinal(json.RootElement, "oldDto"))
                await OnApprovedAsync(change, json.RootElement.GetProperty("resourceId").GetString()!);
        }
    }

    /// <summary>Starts the statement job of a bill, if one is to be generated.</summary>
    /// <param name="change">The change to start it in.</param>
    /// <param name="billId">UUID of the bill.</param>
    public static async ValueTask OnApprovedAsync(ResourceChange change, string billId)
    {
        if (await change.Related.FindAsync<Bill>(billId) is not { } bill)
            return;
        var account = await change.Related.FindAsync<Account>(bill.AccountId);
        var mode = account?.AutoGenerateStatementMode
            ?? (await StatementChoice.OrganizationAsync(change.Related))?.AutoGenerateStatementMode;
        if (mode is null or StatementAutoGenerateMode.None)
            return;
        await StatementJobs.StartAsync(change, new StatementJob
        {
            BillId = bill.Id,
            IncludeCsvFormat = mode == StatementAutoGenerateMode.JsonAndCsv,
        });
    }

    private static bool IsFinal(JsonElement json, string state) =>
        json.TryGetProperty(state, out var bill) && bill.ValueKind == JsonValueKind.Object
            && ((bill.TryGetProperty("status", out var status) && status.ValueEquals("APPROVED"))
                || (bill.TryGetProperty("locked", out var locked) && locked.ValueKind == JsonValueKind.True));
}
