using NodaTime;
using Tallystick.Resources.Jobs;

namespace Tallystick.Server.Jobs;

/// <summary>The in-memory state of a queued job. Only the board changes it, under its lock.</summary>
/// <param name="organizationId">UUID of the organization.</param>
/// <param name="id">UUID of the entity that the work is on.</param>
/// <param name="order">Its place among those of the same lane.</param>
internal sealed class JobEntry(string organizationId, string id, long order)
{
    private readonly CancellationTokenSource _unwanted = new();

    /// <summary>UUID of the organization.</summary>
    internal string OrganizationId => organizationId;

    /// <summary>UUID of the entity that the work is on.</summary>
    internal string Id => id;

    /// <summary>Its place among those of the same lane.</summary>
    internal long Order => order;

    /// <summary>When to start; null for immediately.</summary>
    internal Instant? Due { get; set; }

    /// <summary>When to retry after a failure; null for immediately.</summary>
    internal DateTimeOffset? RetryAt { get; set; }

    /// <summary>Length of the last pause after a failure.</summary>
    internal TimeSpan Pause { get; set; }

    /// <summary>True if the jobs behind it in the lane wait for its next attempt.</summary>
    internal bool HoldsLane { get; set; }

    /// <summary>The run in progress; null if it has not started or must resume from its checkpoint.</summary>
    internal IJobRun? Run { get; set; }

    /// <summary>Cancelled when the job has been removed.</summary>
    internal CancellationToken Unwanted => _unwanted.Token;

    /// <summary>Cancels the job, because it has been removed.</summary>
    internal void Cancel() => _unwanted.Cancel();

    /// <summary>Discards the run in progress. The next step resumes from the checkpoint.</summary>
    internal void Drop()
    {
        (Run as IDisposable)?.Dispose();
        Run = null;
    }
}
