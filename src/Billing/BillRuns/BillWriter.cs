using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Saves calculated bills. The id of a bill is derived from its content, so it is created once and then replaced in
/// place. Locked bills are never changed, and memos of a bill are kept.
/// </summary>
/// <param name="change">The change to save them in.</param>
/// <param name="jobId">UUID of the job that made them.</param>
/// <param name="config">The organization's bill settings.</param>
/// <param name="organization">The organization's settings as of the change.</param>
internal sealed class BillWriter(
    ResourceChange change, string jobId, BillConfig? config, OrganizationConfig organization)
{
    /// <summary>Whether an existing bill stays as it is.</summary>
    internal static bool IsLeft(Bill current, string jobId, BillConfig? config, bool onlyIfMissing) =>
        // A job that restarts because prices have changed replaces its own bills.
        (onlyIfMissing && current.BillJobId != jobId) || current.Locked
        || BillStates.IsLocked(current.EndDate, config);

    /// <summary>The stored bills among those that are to be saved, by id.</summary>
    internal static async ValueTask<IReadOnlyDictionary<string, Bill>> StoredAsync(
        ResourceReader related, IReadOnlyList<AccountBills> ofAccounts) =>
        (await related.ListAsync<Bill>(new Condition.In(
            "id", [.. ofAccounts.SelectMany(one => one.Bills).Select(bill => bill.Charged.Id)])))
            .ToDictionary(bill => bill.Id, StringComparer.Ordinal);

    /// <summary>Saves a bill, the input for its recalculation and its invoice number.</summary>
    /// <param name="current">The bill as stored; null if it is new.</param>
    /// <param name="calculated">The bill.</param>
    /// <param name="basis">The input for its recalculation.</param>
    /// <param name="onlyIfMissing">True to skip an existing bill.</param>
    /// <param name="onlyIfThere">True to skip a bill that does not exist, because it was deleted meanwhile.</param>
    /// <returns>The saved bill; null if it was skipped.</returns>
    /// <exception cref="BillRefusedException">
    /// Its period is locked, or its memos do not fit, or one of its charges has changed; nothing was written.
    /// </exception>
    internal async ValueTask<Bill?> SaveAsync(
        Bill? current, CalculatedBill calculated, RunOverrides basis, bool onlyIfMissing, bool onlyIfThere)
    {
        if (current is not null && !onlyIfMissing && BillStates.IsLocked(current, config))
            BilledCharges.RefuseNew(current, calculated);
        if (current is null
            ? calculated.IsSuppressed || onlyIfThere : IsLeft(current, jobId, config, onlyIfMissing))
            return null;
        if (BillStates.IsLocked(calculated.EndDate, config))
            throw new BillRefusedException(
                $"Account {calculated.AccountCode}: the bill's period ends on "
                + $"{InstantText.Write(calculated.EndDate)}, and bills up to "
                + $"{InstantText.Write(config!.BillLockDate!.Value)} are locked (billLockDate).");
        var bill = calculated.ToBill(change.Now, change.Now, jobId);
        if (current is not null)
            bill = Recalculated(current, bill);
        await LateDifferences.RefuseBilledAsync(change, calculated);
        await LateDifferences.RefuseBilledFeesAsync(change, config, calculated);
        await BilledCharges.MoveAsync(change, calculated.AccountCode, current, calculated.Id, calculated.LineItems);
        if (current is null)
        {
            bill = bill with
            {
                SequentialInvoiceNumber = await InvoiceNumbers.IssueAsync(change, organization, calculated.Id),
            };
        }
        else
        {
            await FormerBillResource.KeepAsync(change, current, bill);
        }
        bill = await BillSaving.WriteAsync(change, current, bill);
        await BillDocuments.KeepBasisAsync(change, bill.Id, basis);
        await BillDocuments.KeepDerivationAsync(change, bill.Id, calculated.Derivation);
        return bill;
    }

    /// <summary>A recalculated bill with the memos of the bill that it replaces.</summary>
    /// <exception cref="BillRefusedException">The memos do not fit.</exception>
    internal static Bill Recalculated(Bill current, Bill calculated)
    {
        var memos = BillMemos.Of(current);
        if (memos.Count > 0 && current.Currency != calculated.Currency)
            throw new BillRefusedException(
                $"Account {calculated.AccountCode}: the bill has credit or debit line items in {current.Currency}, and "
                + $"would be in {calculated.Currency}. Delete them first.");
        var lines = BillMemos.Attach(calculated.LineItems ?? [], memos);
        var total = memos.Count == 0 ? calculated.BillTotal : BillMemos.TotalOf(lines);
        return BillStates.Recalculate(current, calculated, lines, total ?? throw new BillRefusedException(
            $"Account {calculated.AccountCode}: the total of the bill would have more than 28 digits."));
    }
}
