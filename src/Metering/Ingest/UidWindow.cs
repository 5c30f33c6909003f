using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Knows which uids are taken, per organization. A uid is taken from the receipt of its first measurement for the
/// length of the window. Uids of a load are provisional until the load is stored.
/// </summary>
internal sealed class UidWindow(Duration length)
{
    private readonly Dictionary<Key, Instant> _taken = [];
    private readonly Dictionary<Key, Instant> _staged = [];
    private Instant _nextSweep;

    /// <summary>Takes a uid for good: it is in the store.</summary>
    public void Restore(ReceivedUid received)
    {
        var key = new Key(received.OrganizationId, received.Uid);
        if (!_taken.TryGetValue(key, out var other) || other < received.ReceivedAt)
            _taken[key] = received.ReceivedAt;
    }

    /// <summary>Takes a uid provisionally.</summary>
    /// <returns>False when it is taken already.</returns>
    public bool TryTake(string organizationId, string uid, Instant receivedAt)
    {
        var key = new Key(organizationId, uid);
        if (_staged.TryGetValue(key, out var first) || _taken.TryGetValue(key, out first))
        {
            if (receivedAt < first + length)
                return false;
        }
        _staged[key] = receivedAt;
        return true;
    }

    /// <summary>Keeps what was taken provisionally, and forgets what is out of the window.</summary>
    public void Commit(Instant now)
    {
        foreach (var (key, receivedAt) in _staged)
            _taken[key] = receivedAt;
        _staged.Clear();
        if (now < _nextSweep)
            return;
        foreach (var (key, receivedAt) in _taken)
        {
            if (receivedAt + length <= now)
                _taken.Remove(key);
        }
        _nextSweep = now + (length / 100);
    }

    /// <summary>Gives back what was taken provisionally.</summary>
    public void Discard() => _staged.Clear();

    private readonly record struct Key(string OrganizationId, string Uid);
}
