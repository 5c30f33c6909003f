using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Tallystick.Access.Credentials;

/// <summary>
/// Counts attempts that fail, by name. An attempt counts as failed from its beginning on, so that many at once are
/// counted, too. Names with too many must wait, longer each time. Memory is bounded.
/// </summary>
/// <param name="free">Failures before the first wait.</param>
/// <param name="firstWait">The first wait; each later one is twice the one before.</param>
/// <param name="maxWait">The longest wait.</param>
/// <param name="clock">The time, which tests control.</param>
/// <param name="maxNames">Names that are counted at a time, at most.</param>
public sealed class FailedAttempts(
    int free, Duration firstWait, Duration maxWait, IClock clock, int maxNames = 100_000)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Count> _counts = [];

    /// <summary>Names that are counted.</summary>
    public int Names
    {
        get
        {
            lock (_lock)
                return _counts.Count;
        }
    }

    /// <summary>How long attempts by any of the names must wait; zero for none.</summary>
    public Duration WaitOf(params ReadOnlySpan<string> names)
    {
        var now = clock.GetCurrentInstant();
        var longest = Duration.Zero;
        lock (_lock)
        {
            foreach (var name in names)
            {
                if (_counts.TryGetValue(Key(name), out var count))
                    longest = Duration.Max(longest, count.Until - now);
            }
        }
        return longest;
    }

    /// <summary>Begins an attempt and counts it as failed.</summary>
    /// <param name="name">By whom, or at what.</param>
    /// <param name="isNowWaiting">True when it is the one after which the name must wait for the first time.</param>
    /// <returns>False, with nothing counted, when the name must wait.</returns>
    public bool TryBegin(string name, out bool isNowWaiting)
    {
        var now = clock.GetCurrentInstant();
        isNowWaiting = false;
        lock (_lock)
        {
            var key = Key(name);
            if (!_counts.TryGetValue(key, out var count) || count.ForgottenAt(firstWait) <= now)
            {
                MakeRoom(now);
                _counts[key] = count = new Count { Last = now };
            }
            if (now < count.Until)
                return false;
            count.Failures++;
            count.Former = (count.Last, count.Until);
            count.Last = now;
            if (count.Failures >= free)
                count.Until = now + Wait(count.Failures - free);
            isNowWaiting = count.Failures == free;
            return true;
        }
    }

    /// <summary>An attempt did not fail, or was not made.</summary>
    public void TakeBack(string name)
    {
        lock (_lock)
        {
            var key = Key(name);
            if (!_counts.TryGetValue(key, out var count))
                return;
            if (--count.Failures <= 0)
            {
                _counts.Remove(key);
                return;
            }
            if (count.Former is { } former)
                (count.Last, count.Until, count.Former) = (former.Last, former.Until, null);
            if (count.Failures < free)
                count.Until = Instant.MinValue;
        }
    }

    /// <summary>Forgets what failed.</summary>
    public void Forget(string name)
    {
        lock (_lock)
            _counts.Remove(Key(name));
    }

    private Duration Wait(int number)
    {
        var wait = firstWait;
        for (var step = 0; step < number && wait < maxWait; step++)
            wait += wait;
        return Duration.Min(wait, maxWait);
    }

    // Those that were counted longest ago go first: to drive a name out takes as many attempts as there is room for.
    private void MakeRoom(Instant now)
    {
        if (_counts.Count < maxNames)
            return;
        foreach (var (key, _) in _counts.Where(one => one.Value.ForgottenAt(firstWait) <= now).ToList())
            _counts.Remove(key);
        if (_counts.Count < maxNames)
            return;
        foreach (var (key, _) in _counts.OrderBy(one => one.Value.ForgottenAt(firstWait))
            .Take(maxNames / 8 + 1).ToList())
            _counts.Remove(key);
    }

    // Names are as long as callers like.
    private static UInt128 Key(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private sealed class Count
    {
        public int Failures { get; set; }

        public Instant Last { get; set; }

        public Instant Until { get; set; } = Instant.MinValue;

        /// <summary>What they were before the latest attempt; null once that was taken back.</summary>
        public (Instant Last, Instant Until)? Former { get; set; }

        // After the wait it is remembered for as long again, so that the next wait is longer.
        public Instant ForgottenAt(Duration least) =>
            Last + Duration.Max(least, Until > Last ? (Until - Last) * 2 : Duration.Zero);
    }
}
