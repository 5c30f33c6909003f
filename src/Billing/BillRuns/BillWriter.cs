using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Saves calculated bills. The id of a bill is derived from its content, so it is created once and then replaced in
/// place. Locked bills are never changed.
/// </summary>
internal static class BillWriter
{
    /// <summary>Saves a bill, the input for its recalculation and its invoice number.</summary>
    /// <param name="change">The change to save it in.</param>
    /// <param name="jobId">UUID of the job that made it.</param>
    /// <param name="config">The organization's bill settings.</param>
    /// <param name="calculated">The bill.</param>
    /// <param name="basis">The input for its recalculation.</param>
    /// <param name="onlyIfMissing">True to skip an existing bill.</param>
    /// <returns>Its id; null if it was skipped.</returns>
    /// <exception cref="BillRefusedException">Its period is locked; nothing was written.</exception>
    internal static async ValueTask<string?> SaveAsync(
        ResourceChange change, string jobId, BillConfig? config, CalculatedBill calculated, RunOverrides basis,
        bool onlyIfMissing)
    {
        var current = await change.Related.FindAsync<Bill>(calculated.Id);
        // A job that restarts because prices have changed replaces its own bills.
        var isLeft = onlyIfMissing && current?.BillJobId != jobId;
        if (current is null ? calculated.IsSuppressed : isLeft || current.Locked)
            return null;
        if (calculated.EndDate <= config?.BillLockDate && current is not null)
            return null;
        if (calculated.EndDate <= config?.BillLockDate)
            throw new BillRefusedException(
                $"Account {calculated.AccountCode}: the bill's period ends on "
                + $"{InstantText.Write(calculated.EndDate)}, and bills up to "
                + $"{InstantText.Write(config.BillLockDate.Value)} are locked (billLockDate).");
        var number = current is null
            ? await InvoiceNumbers.IssueAsync(change, calculated.Id)
            : current.SequentialInvoiceNumber;
        var proposed = calculated.ToBill(current?.CreatedDate ?? change.Now, change.Now, jobId) with
        {
            SequentialInvoiceNumber = number,
        };
        if (current is not null)
            await FormerBillResource.KeepAsync(change, current, proposed);
        var bill = await change.PutAsync(BillResource.Definition, current, proposed);
        await BillDocuments.KeepBasisAsync(change, bill.Id, basis);
        await BillDocuments.KeepDerivationAsync(change, bill.Id, calculated.Derivation);
        return bill.Id;
    }
}
