using NodaTime;
using NodaTime.TimeZones;

namespace Tallystick.Foundation.Values;

/// <summary>Converts between calendar days and instants.</summary>
public static class LocalDay
{
    private static readonly ZoneLocalMappingResolver EarliestOf =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>
    /// The instant at which <paramref name="date"/> begins in <paramref name="zone"/>: the first midnight or, if a
    /// clock change skips midnight or the whole day, the instant of the change.
    /// </summary>
    public static Instant Start(LocalDate date, DateTimeZone zone) =>
        At(date.AtMidnight(), zone);

    /// <summary>
    /// The instant of a local time: the earlier one if it occurs twice, or the instant of the clock change that skips
    /// it.
    /// </summary>
    public static Instant At(LocalDateTime local, DateTimeZone zone) =>
        zone.ResolveLocal(local, EarliestOf).ToInstant();

    /// <summary>
    /// The latest day that has begun. If the clock is set back across midnight, this is not always the date that the
    /// clock shows.
    /// </summary>
    public static LocalDate Of(Instant instant, DateTimeZone zone)
    {
        var shown = instant.InZone(zone).Date;
        return Start(shown.PlusDays(1), zone) <= instant ? shown.PlusDays(1) : shown;
    }
}
