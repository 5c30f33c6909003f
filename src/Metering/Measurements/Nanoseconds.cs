using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>Instants as nanoseconds since 1970 in 64 bits: exact to the nanosecond, until April 2262.</summary>
public static class Nanoseconds
{
    private static readonly Instant Earliest = ToInstant(long.MinValue);
    private static readonly Instant Latest = ToInstant(long.MaxValue);

    /// <summary>The nanoseconds of an instant.</summary>
    /// <exception cref="OverflowException">The instant is out of range; the parser refuses such.</exception>
    public static long Of(Instant instant) => (instant - NodaConstants.UnixEpoch).ToInt64Nanoseconds();

    /// <summary>The bound of a window: one that lies out of range is as good as the end of the range.</summary>
    public static long OfBound(Instant instant) => Of(Instant.Max(Earliest, Instant.Min(Latest, instant)));

    /// <summary>The instant of a number of nanoseconds.</summary>
    public static Instant ToInstant(long nanoseconds) =>
        NodaConstants.UnixEpoch + Duration.FromNanoseconds(nanoseconds);
}
