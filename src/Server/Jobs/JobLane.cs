using NodaTime;

namespace Tallystick.Server.Jobs;

/// <summary>The jobs of one organization and one handler, which run sequentially.</summary>
/// <param name="organizationId">UUID of the organization.</param>
/// <param name="handler">Name of the handler.</param>
internal sealed class JobLane(string organizationId, string handler)
{
    // Jobs without a due time come first.
    private static readonly Comparer<JobEntry> ByTime = Comparer<JobEntry>.Create((one, other) =>
        (one.Due ?? Instant.MinValue, one.Order).CompareTo((other.Due ?? Instant.MinValue, other.Order)));

    /// <summary>UUID of the organization.</summary>
    internal string OrganizationId => organizationId;

    /// <summary>Name of the handler.</summary>
    internal string Handler => handler;

    /// <summary>Its jobs in order.</summary>
    internal SortedSet<JobEntry> Entries { get; } = new(ByTime);

    /// <summary>The job that is running; null if there is none.</summary>
    internal JobEntry? Running { get; set; }

    /// <summary>The first job that can run now; null if there is none.</summary>
    internal JobEntry? FirstReady((Instant Instant, DateTimeOffset Time) now)
    {
        foreach (var entry in Entries)
        {
            if (entry.Due > now.Instant)
                return null;
            if (entry.RetryAt is null || entry.RetryAt <= now.Time)
                return entry;
            if (entry.HoldsLane)
                return null;
        }
        return null;
    }

    /// <summary>Times until its jobs can run: the next one by due time, and those to be retried.</summary>
    internal IEnumerable<TimeSpan> Waits((Instant Instant, DateTimeOffset Time) now)
    {
        foreach (var entry in Entries)
        {
            if (entry.Due > now.Instant)
            {
                yield return (entry.Due.Value - now.Instant).ToTimeSpan();
                yield break;
            }
            if (entry.RetryAt is not { } retry || retry <= now.Time)
                yield return TimeSpan.Zero;
            else
                yield return retry - now.Time;
            // The jobs behind it wait for it.
            if (entry.HoldsLane)
                yield break;
        }
    }
}
