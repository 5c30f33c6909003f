using Tallystick.Foundation.Values;

namespace Tallystick.Server.Api.DataExplorer;

/// <summary>
/// Limits the rate of data explorer queries of each organization: one per second on average, and up to ten at once
/// after a pause.
/// </summary>
internal sealed class QueryRate(TimeProvider time)
{
    private const int Burst = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();

    // When an organization would have used up nothing of its burst, if it sent no further query.
    private readonly Dictionary<string, TimeSpan> _restedAt = new(StringComparer.Ordinal);

    /// <summary>Counts a query.</summary>
    /// <exception cref="TooManyRequestsException">The organization has sent too many.</exception>
    internal void Count(string organizationId)
    {
        var now = time.GetElapsedTime(_start);
        lock (_lock)
        {
            var restedAt = _restedAt.GetValueOrDefault(organizationId);
            var next = (restedAt > now ? restedAt : now) + Interval;
            if (next - now > Burst * Interval)
                throw new TooManyRequestsException(
                    "Too many data explorer queries. Send at most one per second, and at most 10 at once.");
            _restedAt[organizationId] = next;
        }
    }
}
