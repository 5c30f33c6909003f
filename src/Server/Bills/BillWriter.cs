using NodaTime;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Bills;

/// <summary>
/// Saves calculated bills. A bill has the id of what it bills, so it is made once and from then on replaced in place;
/// a locked one is never touched.
/// </summary>
internal sealed class BillWriter(IDocumentStore store, IClock clock)
{
    private static readonly ResourceDefinition Definition = BillResource.Definition;

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
        store.TransactAsync(
            organizationId,
            async transaction =>
            {
                var related = new ResourceReader(transaction, organizationId, cancellationToken);
                var current = await related.FindAsync<Bill>(calculated.Id);
                if (current is null ? calculated.IsSuppressed : onlyIfMissing || current.Locked)
                    return null;
                var config = (await related.ListAsync<BillConfig>(Condition.And())).SingleOrDefault();
                if (calculated.EndDate <= config?.BillLockDate && current is not null)
                    return null;
                if (calculated.EndDate <= config?.BillLockDate)
                    throw new BillRefusedException(
                        $"Account {calculated.AccountCode}: the bill's period ends on "
                        + $"{InstantText.Write(calculated.EndDate)}, and bills up to "
                        + $"{InstantText.Write(config.BillLockDate.Value)} are locked (billLockDate).");
                var number = current is null
                    ? await InvoiceNumbers.IssueAsync(
                        transaction, organizationId, calculated.Id, clock.GetCurrentInstant(), cancellationToken)
                    : current.SequentialInvoiceNumber;
                var bill = Stamp(calculated, current, job) with { SequentialInvoiceNumber = number };
                var write =
                    new DocumentWrite(bill.Id, bill.Version, Definition.Write(bill), Definition.ReadColumns(bill));
                var kind = ResourceCatalog.KindOf(Definition);
                if (current is null)
                    await transaction.InsertAsync(kind, organizationId, write, cancellationToken);
                else
                    await transaction.UpdateAsync(kind, organizationId, current.Version, write, cancellationToken);
                await BillDocuments.KeepBasisAsync(transaction, organizationId, bill.Id, basis, cancellationToken);
                return bill.Id;
            },
            cancellationToken);

    private Bill Stamp(CalculatedBill calculated, Bill? current, BillJob job)
    {
        var now = clock.GetCurrentInstant();
        return calculated.ToBill(current?.CreatedDate ?? now, now, job.Id) with
        {
            Version = (current?.Version ?? 0) + 1,
            DtCreated = current?.DtCreated ?? now,
            DtLastModified = now,
            CreatedBy = current?.CreatedBy ?? job.CreatedBy,
            LastModifiedBy = job.CreatedBy,
        };
    }
}
