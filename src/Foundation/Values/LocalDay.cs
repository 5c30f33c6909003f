using NodaTime;
using NodaTime.TimeZones;

namespace Tallystick.Foundation.Values;

/// <summary>Where calendar days begin, and which day an instant is in.</summary>
public static class LocalDay
{
    private static readonly ZoneLocalMappingResolver EarliestOf =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>
    /// The instant at which <paramref name="date"/> begins in <paramref name="zone"/>: the first midnight; where the
    /// clock jumps over midnight, or over the whole day, the instant of the jump.
    /// </summary>
    public static Instant Start(LocalDate date, DateTimeZone zone) =>
        At(date.AtMidnight(), zone);

    /// <summary>
    /// The instant of a local time: the earlier one where it occurs twice; where the clock jumps over it, the instant
    /// of the jump.
    /// </summary>
    public static Instant At(LocalDateTime local, DateTimeZone zone) =>
        zone.ResolveLocal(local, EarliestOf).ToInstant();

    /// <summary>
    /// The day that has begun and whose next day has not. Where the clock falls back over midnight this is not always
    /// the date that the clock shows.
    /// </summary>
    public static LocalDate Of(Instant instant, DateTimeZone zone)
    {
        var shown = instant.InZone(zone).Date;
        return Start(shown.PlusDays(1), zone) <= instant ? shown.PlusDays(1) : shown;
    }
}
