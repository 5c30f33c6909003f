using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Jobs;

/// <summary>Executes one kind of queued job.</summary>
public interface IJobHandler
{
    /// <summary>Its name in the queue. Must never change.</summary>
    string Name { get; }

    /// <summary>Starts the job, or resumes it from its checkpoint.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="queued">The entry of the queue.</param>
    /// <param name="cancellationToken">The job was cancelled, or the process is stopping.</param>
    /// <returns>The run; null if there is nothing to do.</returns>
    ValueTask<IJobRun?> BeginAsync(string organizationId, QueuedJob queued, CancellationToken cancellationToken);

    /// <summary>
    /// Records that the job failed permanently. It stays in the queue until <see cref="BeginAsync"/>, called once more,
    /// has cleaned up and returns null.
    /// </summary>
    /// <param name="change">The change that records it.</param>
    /// <param name="id">UUID of the entity.</param>
    /// <param name="reason">The reason, for the user who requested the job.</param>
    /// <returns>False if the job should be retried later nevertheless.</returns>
    ValueTask<bool> FailAsync(ResourceChange change, string id, string reason);

    /// <summary>
    /// Jobs of an organization that an earlier version started without a queue, or whose effects were lost when a
    /// backup was restored, each with its start time, oldest first. Called at the start of the process.
    /// </summary>
    ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related);
}

/// <summary>
/// A queued job in progress. Jobs of other organizations run between steps, so a step should take at most a few
/// seconds. A step must save its results together with the checkpoint in one change, because the process can end at any
/// time.
/// </summary>
public interface IJobRun
{
    /// <summary>Executes the next step.</summary>
    /// <returns>True if there is more to do.</returns>
    /// <exception cref="RefusedException">
    /// It is currently impossible for an external reason and will be retried later.
    /// </exception>
    Task<bool> StepAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes the unexpected exceptions after which the run went on, for the log. Each was recorded as a failure of a
    /// part of the job.
    /// </summary>
    IReadOnlyList<Exception> TakeFaults() => [];
}
