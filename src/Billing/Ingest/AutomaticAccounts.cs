using NodaTime;

namespace Tallystick.Billing.Ingest;

/// <summary>
/// Counts the accounts that measurements create, so that whoever may only upload cannot fill the configuration of an
/// organization, nor hold its measurements up.
/// </summary>
/// <param name="perHour">Accounts per organization and hour, at most; 0 for none.</param>
/// <param name="clock">The time, which tests control.</param>
public sealed class AutomaticAccounts(int perHour, IClock clock)
{
    private static readonly Duration Window = Duration.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Count> _counts = new(StringComparer.Ordinal);

    /// <summary>How many accounts may still be created now.</summary>
    internal int Room(string organizationId)
    {
        lock (_lock)
            return perHour - Of(organizationId).Created;
    }

    /// <summary>Accounts were created, and others were not since there was no room.</summary>
    internal void Add(string organizationId, int created, bool hasRefused)
    {
        lock (_lock)
        {
            var count = Of(organizationId);
            count.Created += created;
            count.HasRefused |= hasRefused;
        }
    }

    /// <summary>True once when there is room again, after accounts were not created.</summary>
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
