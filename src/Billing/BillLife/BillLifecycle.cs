using System.Globalization;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Ledger;
using Tallystick.Billing.Memos;
using Tallystick.Billing.Statements;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillLife;

/// <summary>Approves, locks and deletes bills.</summary>
public sealed class BillLifecycle(ResourceService resources)
{
    private const int BillsAtATime = 100;

    /// <summary>Approves a bill, or sets it back to pending. A bill that has the status already is unchanged.</summary>
    /// <exception cref="NotFoundException">There is no such bill.</exception>
    /// <exception cref="RefusedException">The bill is locked.</exception>
    public Task<Bill> SetStatusAsync(
        string organizationId, string principal, string id, BillStatus status, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var bill = await FindAsync(change, id);
            if (bill.Status == status)
                return bill;
            await RefuseIfLockedAsync(bill, change.Related, "and its status cannot be changed");
            return await BillSaving.PutAsync(change, bill, status == BillStatus.Approved
                ? BillStates.Approve(bill, change.Now, principal)
                : BillStates.Reopen(bill));
        });

    /// <summary>Locks a bill for good. A bill that is locked already is unchanged.</summary>
    /// <exception cref="NotFoundException">There is no such bill.</exception>
    /// <exception cref="RefusedException">The bill is pending.</exception>
    public Task<Bill> LockAsync(
        string organizationId, string principal, string id, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var bill = await FindAsync(change, id);
            if (bill.Status == BillStatus.Pending)
                throw new RefusedException(new Issue(
                    "pending", "", "The bill is PENDING and cannot be locked. Approve it first.", IssueKind.Conflict));
            return bill.Locked
                ? bill
                : await BillSaving.PutAsync(change, bill, BillStates.Lock(bill, change.Now, principal));
        });

    /// <summary>Approves bills by their ids.</summary>
    /// <returns>What was done, as a message.</returns>
    /// <exception cref="RefusedException">A bill does not exist. Nothing was changed.</exception>
    public async Task<string> ApproveAsync(
        string organizationId, string principal, IReadOnlyList<string> billIds, CancellationToken cancellationToken)
    {
        await RequireAsync(organizationId, billIds, cancellationToken);
        var approved = 0;
        foreach (var ids in billIds.Chunk(BillsAtATime))
        {
            approved += await resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
                await ApproveAsync(
                    change, principal, await change.Related.ListAsync<Bill>(new Condition.In("id", ids))));
        }
        var others = billIds.Count - approved;
        return others == 0 ? Message(approved) : FormattableString.Invariant(
            $"{Message(approved)} {others} {(others == 1 ? "was" : "were")} approved already.");
    }

    /// <summary>
    /// Approves all pending bills that match a condition. Repeating an interrupted call completes it.
    /// </summary>
    /// <returns>What was done, as a message.</returns>
    public async Task<string> ApproveAsync(
        string organizationId, string principal, Condition condition, CancellationToken cancellationToken)
    {
        var pending = Condition.And(Condition.Equal("status", JsonFormat.Name(BillStatus.Pending)), condition);
        long after = 0;
        var approved = 0;
        while (true)
        {
            var (count, some, last) = await resources.ChangeAsync(
                organizationId, principal, cancellationToken, async change =>
                {
                    var page = await change.Related.PageAsync<Bill>(pending, BillsAtATime, after);
                    return (
                        page.Count, await ApproveAsync(change, principal, [.. page.Select(one => one.Entity)]),
                        page.Count == 0 ? after : page[^1].Place);
                });
            (approved, after) = (approved + some, last);
            if (count < BillsAtATime)
                return Message(approved);
        }
    }

    /// <summary>Approves the pending bills among the given ones.</summary>
    /// <returns>Their number.</returns>
    internal static async ValueTask<int> ApproveAsync(
        ResourceChange change, string principal, IReadOnlyList<Bill> bills)
    {
        var config = bills.Count == 0 ? null : await BillConfigResource.FindAsync(change.Related);
        var approved = 0;
        foreach (var bill in bills)
        {
            if (bill.Status == BillStatus.Approved || BillStates.IsLocked(bill, config))
                continue;
            await BillSaving.PutAsync(change, bill, BillStates.Approve(bill, change.Now, principal));
            approved++;
        }
        return approved;
    }

    /// <summary>
    /// Deletes a bill with its memos and everything stored for its recalculation, and invalidates its statements. What
    /// it has drawn from commitments and balances is available again; its invoice number is not issued again.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such bill.</exception>
    /// <exception cref="RefusedException">The bill is locked, or a memo of another bill refers to it.</exception>
    public Task<Bill> DeleteAsync(
        string organizationId, string principal, string id, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var bill = await FindAsync(change, id);
            await RefuseIfLockedAsync(bill, change.Related, "and cannot be deleted");
            await MemoRules.RefuseIfReferencedAsync(bill, change.Related);
            await BillDocuments.RemoveAsync(change, id);
            await BillCommitments.RemoveAsync(change, id);
            await StatementBasis.InvalidateAsync(change, id);
            await BillLedger.ReleaseAsync(change, bill);
            await BilledCharges.ReleaseAsync(change, bill);
            await change.RemoveAsync(BillResource.Definition, bill);
            return bill;
        });

    /// <summary>Deletes a memo and takes its line off the bill.</summary>
    /// <param name="definition">The kind of the memo.</param>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="id">UUID of the memo.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NotFoundException">There is no such memo.</exception>
    /// <exception cref="RefusedException">The bill is locked.</exception>
    public Task<MemoLineItem> DeleteMemoAsync(
        ResourceDefinition definition, string organizationId, string principal, string id,
        CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var memo = (MemoLineItem)await change.DeleteAsync(definition, id);
            await MemoLines.TakeOffAsync(change, memo);
            return memo;
        });

    private async Task RequireAsync(
        string organizationId, IReadOnlyList<string> billIds, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ids in billIds.Chunk(BillsAtATime))
            known.UnionWith((await related.ListAsync<Bill>(new Condition.In("id", ids))).Select(bill => bill.Id));
        var issues = new Issues();
        foreach (var (index, id) in billIds.Index().Where(one => !known.Contains(one.Item)))
            issues.AddUnknownReference($"billIds[{index.ToString(CultureInfo.InvariantCulture)}]", "bill", id);
        issues.ThrowIfAny();
    }

    private static async ValueTask RefuseIfLockedAsync(Bill bill, IResourceReader related, string consequence)
    {
        if (BillStates.IsLocked(bill, await BillConfigResource.FindAsync(related)))
            throw new RefusedException(new Issue(
                "locked", "", $"The bill is locked {consequence}", IssueKind.Conflict));
    }

    private static string Message(int approved) => FormattableString.Invariant(
        $"{approved} {(approved == 1 ? "bill was" : "bills were")} approved.");

    private static async ValueTask<Bill> FindAsync(ResourceChange change, string id) =>
        await change.Related.FindAsync<Bill>(id) ?? throw ResourceService.NotFound(BillResource.Definition, id);
}
