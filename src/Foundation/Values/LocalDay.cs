using NodaTime;
using NodaTime.TimeZones;

namespace Tallystick.Foundation.Values;

/// <summary>Where calendar days begin.</summary>
public static class LocalDay
{
    private static readonly ZoneLocalMappingResolver StartOfDay =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>
    /// The instant at which <paramref name="date"/> begins in <paramref name="zone"/>: the first midnight; where the
    /// clock jumps over midnight, or over the whole day, the instant of the jump.
    /// </summary>
    public static Instant Start(LocalDate date, DateTimeZone zone) =>
        zone.ResolveLocal(date.AtMidnight(), StartOfDay).ToInstant();
}
