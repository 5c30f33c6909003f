using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.BillRuns;

/// <summary>Runs, finishes and cancels bill jobs.</summary>
public sealed class BillJobHandler(
    ResourceService resources, UsageReader usage, PublishedLookups lookups, IClock clock) : IJobHandler
{
    /// <summary>Its name in the queue.</summary>
    public const string QueueName = "billJob";

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <inheritdoc/>
    public async ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken)
    {
        var job = await resources.Reader(organizationId, cancellationToken).FindAsync<BillJob>(queued.Id);
        return job is null || BillJobResource.HasEnded(job)
            ? null
            : await BillJobRun.BeginAsync(
                resources, usage, lookups, clock, organizationId, job, BillJobCheckpoint.Parse(queued.Checkpoint),
                cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> FailAsync(ResourceChange change, string id, string reason)
    {
        if (await change.Related.FindAsync<BillJob>(id) is { } job && !BillJobResource.HasEnded(job))
            await EndAsync(change, job, BillJobStatus.Complete, new BillJobFailure { Message = reason });
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
    [
        .. (await related.ListAsync<BillJob>(BillJobResource.Active)).Reverse()
            .Select(job => (job.Id, (Instant?)null)),
    ];

    /// <summary>Cancels a job. Bills that it has created are kept.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="id">UUID of the job.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The job as it ended.</returns>
    /// <exception cref="RefusedException">The job has ended.</exception>
    public Task<BillJob> CancelAsync(
        string organizationId, string id, string principal, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var job = await change.Related.FindAsync<BillJob>(id)
                ?? throw ResourceService.NotFound(BillJobResource.Definition, id);
            return BillJobResource.HasEnded(job)
                ? throw new RefusedException(new Issue(
                    "ended", "", "The bill job has ended and cannot be cancelled", IssueKind.Conflict))
                : await EndAsync(change, job, BillJobStatus.Cancelled);
        });

    /// <summary>Finishes a job: adds its results to it and removes it from the queue.</summary>
    internal static async ValueTask<BillJob> EndAsync(
        ResourceChange change, BillJob job, BillJobStatus status, BillJobFailure? failure = null)
    {
        var ended = await BillJobResultResource.WithResultsAsync(job, change.Related);
        await change.RemoveAllAsync(BillJobResultResource.Definition, BillJobResultResource.Of(job.Id));
        await JobQueue.RemoveAsync(change, job.Id);
        return await change.PutAsync(BillJobResource.Definition, job, ended with
        {
            Status = status,
            Pending = status == BillJobStatus.Complete ? 0 : job.Pending,
            Failures = failure is null ? ended.Failures : [.. ended.Failures ?? [], failure],
        });
    }
}
