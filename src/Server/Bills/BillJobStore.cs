using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Foundation.Resources;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Bills;

/// <summary>Keeps how far bill jobs are.</summary>
internal sealed class BillJobStore(IDocumentStore store, IClock clock)
{
    private static readonly ResourceDefinition Definition = BillJobResource.Definition;

    /// <summary>The job with the id, or null.</summary>
    internal async ValueTask<BillJob?> FindAsync(
        string organizationId, string id, CancellationToken cancellationToken) =>
        await new ResourceReader(store, organizationId, cancellationToken).FindAsync<BillJob>(id);

    /// <summary>Jobs that have not ended.</summary>
    internal ValueTask<IReadOnlyList<BillJob>> ListActiveAsync(
        string organizationId, CancellationToken cancellationToken) =>
        new ResourceReader(store, organizationId, cancellationToken).ListAsync<BillJob>(BillJobResource.Active);

    /// <summary>Changes a job as one atomic step.</summary>
    /// <returns>The job as changed; null when there is none.</returns>
    internal Task<BillJob?> ChangeAsync(
        string organizationId,
            string id, string principal, CancellationToken cancellationToken, Func<BillJob, BillJob> change) =>
        store.TransactAsync(
            organizationId,
            async transaction =>
            {
                var current =
                    await new ResourceReader(transaction, organizationId, cancellationToken).FindAsync<BillJob>(id);
                if (current is null)
                    return null;
                var changed = change(current) with
                {
                    Version = current.Version + 1,
                    DtLastModified = clock.GetCurrentInstant(),
                    LastModifiedBy = principal,
                };
                await transaction.UpdateAsync(
                    ResourceCatalog.KindOf(Definition),
                    organizationId,
                    current.Version,
                    new DocumentWrite(id, changed.Version, Definition.Write(changed), Definition.ReadColumns(changed)),
                    cancellationToken);
                return changed;
            },
            cancellationToken);
}
