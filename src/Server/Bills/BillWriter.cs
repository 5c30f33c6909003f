using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Foundation.Resources;
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

    /// <summary>Saves a bill as one atomic step.</summary>
    /// <returns>Its id; null when it was left alone.</returns>
    internal Task<string?> SaveAsync(
        string organizationId,
            BillJob job, CalculatedBill calculated, bool onlyIfMissing, CancellationToken cancellationToken) =>
        store.TransactAsync(
            organizationId,
            async transaction =>
            {
                var current = await new ResourceReader(
                    transaction, organizationId, cancellationToken).FindAsync<Bill>(calculated.Id);
                if (current is null ? calculated.IsSuppressed : onlyIfMissing || current.Locked)
                    return null;
                var bill = Stamp(calculated, current, job);
                var write =
                    new DocumentWrite(bill.Id, bill.Version, Definition.Write(bill), Definition.ReadColumns(bill));
                var kind = ResourceCatalog.KindOf(Definition);
                if (current is null)
                    await transaction.InsertAsync(kind, organizationId, write, cancellationToken);
                else
                    await transaction.UpdateAsync(kind, organizationId, current.Version, write, cancellationToken);
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
