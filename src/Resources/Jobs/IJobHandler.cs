using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Jobs;

/// <summary>Does one kind of queued work.</summary>
public interface IJobHandler
{
    /// <summary>Its name in the queue, which stays the same for ever.</summary>
    string Name { get; }

    /// <summary>Begins the work, or goes on from its checkpoint.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="queued">The entry of the queue.</param>
    /// <param name="cancellationToken">The work is not wanted any more, or the process stops.</param>
    /// <returns>The run; null when there is nothing to do.</returns>
    ValueTask<IJobRun?> BeginAsync(string organizationId, QueuedJob queued, CancellationToken cancellationToken);

    /// <summary>Records that the work failed for a fault that trying again does not mend.</summary>
    /// <param name="change">The change that records it.</param>
    /// <param name="id">UUID of the entity.</param>
    /// <param name="reason">Why, for those who asked for the work.</param>
    /// <returns>False when the work is to be tried again all the same, later.</returns>
    ValueTask<bool> FailAsync(ResourceChange change, string id, string reason);

    /// <summary>
    /// Work of an organization that an earlier version began without a queue, each with the time to begin, oldest
    /// first.
    /// </summary>
    ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related);
}

/// <summary>
/// Queued work in progress. Work of other organizations gets its turn between two steps, so a step takes seconds at
/// most. What a step must keep, it keeps in a change of its own together with the checkpoint, since the process may end
/// at any instant.
/// </summary>
public interface IJobRun
{
    /// <summary>Does the next step.</summary>
    /// <returns>True when there is more to do.</returns>
    /// <exception cref="RefusedException">
    /// It cannot be done at present, for a reason that somebody else has to mend: it is tried again later.
    /// </exception>
    Task<bool> StepAsync(CancellationToken cancellationToken);
}
