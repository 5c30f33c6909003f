using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.Removal;

/// <summary>Applies voids to the measurement store.</summary>
public sealed class VoidJobHandler(ResourceService resources, IUsageRemoval store, LoadedLog log) : IJobHandler
{
    /// <summary>Its name in the queue.</summary>
    public const string QueueName = "measurementVoid";

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <inheritdoc/>
    public async ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken)
    {
        var asked = await resources.Reader(organizationId, cancellationToken).FindAsync<MeasurementVoid>(queued.Id);
        return asked is null ? null : new VoidRun(resources, store, log, organizationId, asked);
    }

    // A void is never given up: it has no outcome that a caller could act on but to request it again.
    /// <inheritdoc/>
    public ValueTask<bool> FailAsync(ResourceChange change, string id, string reason) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
        UnfinishedRemovals.FindAsync<MeasurementVoid>(related, store);
}

/// <summary>
/// A void in progress. Every run has the same outcome, so it can be interrupted at any point.
/// </summary>
internal sealed class VoidRun(
    ResourceService resources, IUsageRemoval store, LoadedLog log, string organizationId, MeasurementVoid asked)
    : IJobRun
{
    private readonly LogPosition _before = log.Restored(asked.LogPosition, asked.DtCreated);

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (!await log.WaitAsync(_before, cancellationToken))
            return true;
        var outcome = await store.VoidAsync(
            new UsageVoid(organizationId, asked.Id, asked.Uids, _before), cancellationToken);
        await resources.ChangeAsync(organizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<MeasurementVoid>(asked.Id) is { Status: RemovalStatus.Pending } current)
            {
                await change.PutAsync(MeasurementVoidResource.Definition, current, current with
                {
                    Status = RemovalStatus.Done,
                    Voided = outcome.Voided,
                    NotFound = outcome.NotFound,
                });
            }
            await JobQueue.RemoveAsync(change, asked.Id);
            return true;
        });
        return false;
    }
}
