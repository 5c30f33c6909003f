using NodaTime;
using Tallystick.Resources.Changes;

namespace Tallystick.Resources.Jobs;

/// <summary>
/// Adds jobs to the queue and removes them, within the change that requires or completes them, so that the queue is
/// always consistent with the data.
/// </summary>
public static class JobQueue
{
    /// <summary>Queues a job on an entity, or reschedules it.</summary>
    /// <param name="change">The change that requires it.</param>
    /// <param name="handler">Name of the handler.</param>
    /// <param name="id">UUID of the entity.</param>
    /// <param name="due">When to start; null for immediately.</param>
    public static async ValueTask PutAsync(ResourceChange change, string handler, string id, Instant? due = null)
    {
        var queued = await change.Related.FindAsync<QueuedJob>(id);
        if (queued is null || queued.Due != due)
            await change.PutAsync(
                QueuedJobResource.Definition,
                queued,
                (queued ?? new QueuedJob { Id = id, Handler = handler }) with { Due = due });
    }

    /// <summary>Removes a job from the queue: it is done or cancelled.</summary>
    public static async ValueTask RemoveAsync(ResourceChange change, string id)
    {
        if (await change.Related.FindAsync<QueuedJob>(id) is { } queued)
            await change.RemoveAsync(QueuedJobResource.Definition, queued);
    }

    /// <summary>
    /// Saves the progress of a job in the change that saves its results, to resume from there after an interruption.
    /// </summary>
    /// <returns>False if the job was cancelled; the change should then be rolled back.</returns>
    public static async ValueTask<bool> SaveCheckpointAsync(ResourceChange change, string id, string? checkpoint)
    {
        if (await change.Related.FindAsync<QueuedJob>(id) is not { } queued)
            return false;
        await change.WriteWithoutEventAsync(
            QueuedJobResource.Definition, queued, queued with { Checkpoint = checkpoint });
        return true;
    }
}
