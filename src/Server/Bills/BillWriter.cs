using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Bills;

/// <summary>
/// Saves calculated bills. A bill has the id of what it bills, so it is made once and from then on replaced in place;
/// a locked one is never touched.
/// </summary>
internal sealed class BillWriter(ResourceService resources)
{
    /// <summary>Saves a bill, what it was made with and its invoice number as one atomic step.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="job">The job that made it.</param>
    /// <param name="calculated">The bill.</param>
    /// <param name="basis">What a recalculation of it starts from.</param>
    /// <param name="onlyIfMissing">True to leave a bill that exists alone.</param>
    /// <param name="cancellationToken">To stop.</param>
    /// <returns>Its id; null when it was left alone.</returns>
    internal Task<string?> SaveAsync(
        string organizationId,
        BillJob job,
        CalculatedBill calculated,
        RunOverrides basis,
        bool onlyIfMissing,
        CancellationToken cancellationToken) =>
        resources.ChangeAsync(
            organizationId, job.CreatedBy ?? "", cancellationToken,
            async change =>
            {
                var related = change.Related;
                var current = await related.FindAsync<Bill>(calculated.Id);
                if (current is null ? calculated.IsSuppressed : onlyIfMissing || current.Locked)
                    return (string?)null;
                var config = (await related.ListAsync<BillConfig>(Condition.And())).SingleOrDefault();
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
                var bill = await change.PutAsync(
                    BillResource.Definition, current,
                    calculated.ToBill(current?.CreatedDate ?? change.Now, change.Now, job.Id) with
                    {
                        SequentialInvoiceNumber = number,
                    });
                await BillDocuments.KeepBasisAsync(change, bill.Id, basis);
                return bill.Id;
            });
}
