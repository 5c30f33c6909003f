using NodaTime;
using Tallystick.Resources.Jobs;

namespace Tallystick.Server.Jobs;

/// <summary>An entry of the queue, as the process knows it. The board changes it, under its lock.</summary>
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

    /// <summary>When to begin; null for at once.</summary>
    internal Instant? Due { get; set; }

    /// <summary>When to try again after a fault; null for at once.</summary>
    internal DateTimeOffset? RetryAt { get; set; }

    /// <summary>How long the last pause after a fault was.</summary>
    internal TimeSpan Pause { get; set; }

    /// <summary>True when those behind it in the lane wait for its next try.</summary>
    internal bool HoldsLane { get; set; }

    /// <summary>The work in progress; null when it has not begun, or must go on from its checkpoint.</summary>
    internal IJobRun? Run { get; set; }

    /// <summary>Cancelled when the work is not wanted any more.</summary>
    internal CancellationToken Unwanted => _unwanted.Token;

    /// <summary>The work is not wanted any more.</summary>
    internal void Cancel() => _unwanted.Cancel();

    /// <summary>Lets the work in progress go; when it is to go on, it begins from its checkpoint.</summary>
    internal void Drop()
    {
        (Run as IDisposable)?.Dispose();
        Run = null;
    }
}
