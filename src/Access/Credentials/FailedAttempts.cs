using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Tallystick.Access.Credentials;

/// <summary>
/// Counts failed attempts by name. An attempt counts as failed from its start, so that concurrent attempts are also
/// limited. Names with too many failures must wait, longer each time. Memory is bounded.
/// </summary>
/// <param name="free">Failures before the first wait.</param>
/// <param name="firstWait">The first wait; each further wait is twice as long.</param>
/// <param name="maxWait">Maximum wait.</param>
/// <param name="clock">The clock.</param>
/// <param name="maxNames">Maximum number of names counted at a time.</param>
internal sealed class FailedAttempts(
    int free, Duration firstWait, Duration maxWait, IClock clock, int maxNames = 100_000)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Count> _counts = [];

    /// <summary>Number of names counted.</summary>
    public int Names
    {
        get
        {
            lock (_lock)
                return _counts.Count;
        }
    }

    /// <summary>The longest wait of any of the names; zero for none.</summary>
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

    /// <summary>Starts an attempt and counts it as failed.</summary>
    /// <param name="name">The source or target of the attempt.</param>
    /// <param name="isNowWaiting">True if the name must wait for the first time after this attempt.</param>
    /// <returns>False, with nothing counted, if the name must wait.</returns>
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

    /// <summary>Removes an attempt that succeeded or was not made.</summary>
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

    /// <summary>Resets the failures.</summary>
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

    // The least recently counted names are removed first: to displace a name takes as many attempts as the capacity.
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

    // Names are untrusted and may be long.
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

        /// <summary>The state before the latest attempt; null once that was removed.</summary>
        public (Instant Last, Instant Until)? Former { get; set; }

        // Remembered for the same time again after the wait, so that the next wait is longer.
        public Instant ForgottenAt(Duration least) =>
            Last + Duration.Max(least, Until > Last ? (Until - Last) * 2 : Duration.Zero);
    }
}
