using Tallystick.Billing.BillJobs;
using Tallystick.Resources.Changes;

namespace Tallystick.Server.Bills;

/// <summary>Keeps how far bill jobs are.</summary>
internal sealed class BillJobStore(ResourceService resources)
{
    /// <summary>The job with the id, or null.</summary>
    internal ValueTask<BillJob?> FindAsync(string organizationId, string id, CancellationToken cancellationToken) =>
        resources.Reader(organizationId, cancellationToken).FindAsync<BillJob>(id);

    /// <summary>Jobs that have not ended.</summary>
    internal ValueTask<IReadOnlyList<BillJob>> ListActiveAsync(
        string organizationId, CancellationToken cancellationToken) =>
        resources.Reader(organizationId, cancellationToken).ListAsync<BillJob>(BillJobResource.Active);

    /// <summary>
    /// Changes a job as one atomic step. Only a new status is an event: a job of many accounts reports its progress,
    /// with all bills so far, a thousand times.
    /// </summary>
    /// <returns>The job as changed; null when there is none.</returns>
    internal Task<BillJob?> ChangeAsync(
        string organizationId,
        string id, string principal, CancellationToken cancellationToken, Func<BillJob, BillJob> change) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async made =>
        {
            if (await made.Related.FindAsync<BillJob>(id) is not { } current)
                return null;
            var changed = change(current);
            if (changed.Status != current.Status)
                return await made.PutAsync(BillJobResource.Definition, current, changed);
            await made.NoteAsync(BillJobResource.Definition, current, changed);
            return changed;
        });
}
