using NodaTime;
using Tallystick.Resources.Changes;

namespace Tallystick.Resources.Jobs;

/// <summary>
/// Puts work into the queue and takes it out, within the change that makes it necessary or completes it: no work is
/// queued that was not asked for, and none that was asked for is missing.
/// </summary>
public static class JobQueue
{
    /// <summary>Queues work on an entity, or gives work that is queued another time.</summary>
    /// <param name="change">The change that asks for it.</param>
    /// <param name="handler">Name of the handler.</param>
    /// <param name="id">UUID of the entity.</param>
    /// <param name="due">When to begin; null for at once.</param>
    public static async ValueTask PutAsync(ResourceChange change, string handler, string id, Instant? due = null)
    {
        var queued = await change.Related.FindAsync<QueuedJob>(id);
        if (queued is null || queued.Due != due)
            await change.PutAsync(
                QueuedJobResource.Definition,
                queued,
                (queued ?? new QueuedJob { Id = id, Handler = handler }) with { Due = due });
    }

    /// <summary>Takes work out of the queue: it is done, or not wanted any more.</summary>
    public static async ValueTask RemoveAsync(ResourceChange change, string id)
    {
        if (await change.Related.FindAsync<QueuedJob>(id) is { } queued)
            await change.RemoveAsync(QueuedJobResource.Definition, queued);
    }

    /// <summary>
    /// Notes how far the work is, in the change that keeps its results: after an interruption it goes on from there.
    /// </summary>
    /// <returns>False when the work is not wanted any more; the change should then keep nothing.</returns>
    public static async ValueTask<bool> NoteAsync(ResourceChange change, string id, string? checkpoint)
    {
        if (await change.Related.FindAsync<QueuedJob>(id) is not { } queued)
            return false;
        await change.NoteAsync(QueuedJobResource.Definition, queued, queued with { Checkpoint = checkpoint });
        return true;
    }
}
