using NodaTime;

namespace Tallystick.Server.Jobs;

/// <summary>The work of one organization and one handler, which is done one after the other.</summary>
/// <param name="organizationId">UUID of the organization.</param>
/// <param name="handler">Name of the handler.</param>
internal sealed class JobLane(string organizationId, string handler)
{
    // Work that has no time is due since ever.
    private static readonly Comparer<JobEntry> ByTime = Comparer<JobEntry>.Create((one, other) =>
        (one.Due ?? Instant.MinValue, one.Order).CompareTo((other.Due ?? Instant.MinValue, other.Order)));

    /// <summary>UUID of the organization.</summary>
    internal string OrganizationId => organizationId;

    /// <summary>Name of the handler.</summary>
    internal string Handler => handler;

    /// <summary>Its work in order.</summary>
    internal SortedSet<JobEntry> Entries { get; } = new(ByTime);

    /// <summary>The work that is running; null for none.</summary>
    internal JobEntry? Running { get; set; }

    /// <summary>The first work that may run now.</summary>
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

    /// <summary>How long until its work may run: the first by time, and those to be tried again.</summary>
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
            // Those behind it wait for it.
            if (entry.HoldsLane)
                yield break;
        }
    }
}
