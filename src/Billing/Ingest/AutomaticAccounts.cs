using NodaTime;

namespace Tallystick.Billing.Ingest;

/// <summary>
/// Limits how many accounts measurements can create per hour, so that a client that may only upload can neither flood
/// an organization with accounts nor delay its measurements.
/// </summary>
/// <param name="perHour">Maximum number of accounts per organization and hour; 0 disables automatic creation.</param>
/// <param name="clock">The clock.</param>
public sealed class AutomaticAccounts(int perHour, IClock clock)
{
    private static readonly Duration Window = Duration.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Count> _counts = new(StringComparer.Ordinal);

    /// <summary>Number of accounts that can still be created in the current hour.</summary>
    internal int Room(string organizationId)
    {
        lock (_lock)
            return perHour - Of(organizationId).Created;
    }

    /// <summary>
    /// Records that accounts were created, and whether others were refused because the limit was reached.
    /// </summary>
    internal void Add(string organizationId, int created, bool hasRefused)
    {
        lock (_lock)
        {
            var count = Of(organizationId);
            count.Created += created;
            count.HasRefused |= hasRefused;
        }
    }

    /// <summary>True if accounts were refused and can be created again now. Returns true only once.</summary>
    internal bool HasRoomAgain(string organizationId)
    {
        lock (_lock)
        {
            var count = Of(organizationId);
            var hasRoom = count.HasRoomAgain;
            count.HasRoomAgain = false;
            return hasRoom;
        }
    }

    private Count Of(string organizationId)
    {
        var now = clock.GetCurrentInstant();
        if (!_counts.TryGetValue(organizationId, out var count))
            _counts[organizationId] = count = new Count { Begun = now };
        if (perHour > 0 && (now - count.Begun >= Window || now < count.Begun))
        {
            (count.Begun, count.Created) = (now, 0);
            count.HasRoomAgain |= count.HasRefused;
            count.HasRefused = false;
        }
        return count;
    }

    private sealed class Count
    {
        internal Instant Begun { get; set; }

        internal int Created { get; set; }

        internal bool HasRefused { get; set; }

        internal bool HasRoomAgain { get; set; }
    }
}
