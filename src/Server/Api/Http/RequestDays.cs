using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Server.Api.Http;

/// <summary>The days of date-times in requests.</summary>
internal static class RequestDays
{
    // The first and the last days of the calendar have no neighbors in some time zones.
    private static readonly Instant Earliest = Instant.FromUtc(1, 1, 10, 0, 0);
    private static readonly Instant Latest = Instant.FromUtc(9999, 12, 20, 0, 0);

    /// <summary>The day of an instant; the ends of the calendar are moved inside by a few days.</summary>
    internal static LocalDate Of(Instant instant, DateTimeZone zone) =>
        LocalDay.Of(Instant.Max(Earliest, Instant.Min(Latest, instant)), zone);
}
