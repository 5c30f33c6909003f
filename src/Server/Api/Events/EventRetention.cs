using System.Globalization;
using NodaTime;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Api.Events;

/// <summary>For how long events are kept.</summary>
/// <param name="Kept">The time from an event until it is gone.</param>
/// <param name="Clock">Tells the time.</param>
internal sealed record EventRetention(Duration Kept, IClock Clock)
{
    private const int Days = 28;
    private const int MaxDays = 3650;

    /// <summary>Events before this instant are gone.</summary>
    internal Instant Since => Clock.GetCurrentInstant() - Kept;

    /// <summary>Reads the setting <c>TALLYSTICK_EVENT_DAYS</c>; 28 days when it is not given (Events).</summary>
    /// <exception cref="StoreUnavailableException">It is not a whole number from 1 to 3650.</exception>
    internal static EventRetention From(IConfiguration configuration, IClock clock)
    {
        var days = Days;
        if (configuration["TALLYSTICK_EVENT_DAYS"] is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out days)
                || days is < 1 or > MaxDays))
            throw new StoreUnavailableException(
                $"TALLYSTICK_EVENT_DAYS must be an integer from 1 to {MaxDays}, not '{text}'.");
        return new EventRetention(Duration.FromDays(days), clock);
    }
}
