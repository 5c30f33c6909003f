using System.Globalization;
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
        return asked is { Status: RemovalStatus.Pending }
            ? new VoidRun(resources, store, log, organizationId, asked, RemovalCheckpoint.Parse(queued.Checkpoint))
            : null;
    }

    // A void is never given up: it has no outcome that a caller could act on but to request it again.
    /// <inheritdoc/>
    public ValueTask<bool> FailAsync(ResourceChange change, string id, string reason) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
        ValueTask.FromResult<IReadOnlyList<(string Id, Instant? Due)>>([]);
}

/// <summary>
/// The checkpoint of a removal: the end of the log when it began. It is kept, so that a removal that is resumed removes
/// the same measurements.
/// </summary>
public static class RemovalCheckpoint
{
    /// <summary>Reads a checkpoint; null if the job has none yet.</summary>
    public static LogPosition? Parse(string? checkpoint) =>
        checkpoint is null ? null : new LogPosition(long.Parse(checkpoint, CultureInfo.InvariantCulture));

    /// <summary>Saves the current end of the log as the checkpoint of a job.</summary>
    /// <returns>The end; null if the job is no longer queued.</returns>
    public static async Task<LogPosition?> SaveAsync(
        ResourceService resources, string organizationId, string id, LogPosition end,
        CancellationToken cancellationToken) =>
        await resources.ChangeAsync(organizationId, "SYSTEM", cancellationToken, change => JobQueue.SaveCheckpointAsync(
            change, id, end.Value.ToString(CultureInfo.InvariantCulture)))
            ? end
            : null;
}

/// <summary>A void in progress.</summary>
internal sealed class VoidRun(
    ResourceService resources, IUsageRemoval store, LoadedLog log, string organizationId, MeasurementVoid asked,
    LogPosition? before) : IJobRun
{
    private LogPosition? _before = before;

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        _before ??= await RemovalCheckpoint.SaveAsync(
            resources, organizationId, asked.Id, log.End, cancellationToken);
        if (_before is not { } before)
            return false;
        if (!await log.WaitAsync(before, cancellationToken))
            return true;
        var outcome = await store.VoidAsync(
            new UsageVoid(organizationId, asked.Id, asked.Uids, before), cancellationToken);
        // After an interruption here, the store returns the same outcome again.
        await resources.ChangeAsync(organizationId, "SYSTEM", cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<MeasurementVoid>(asked.Id) is { } current)
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
