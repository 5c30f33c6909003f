using System.Globalization;
using NodaTime;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Api.Events;

/// <summary>How long events are kept.</summary>
/// <param name="Kept">The retention time.</param>
/// <param name="Clock">The clock.</param>
internal sealed record EventRetention(Duration Kept, IClock Clock)
{
    private const int Days = 28;
    private const int MaxDays = 3650;

    /// <summary>Events before this instant are no longer returned.</summary>
    internal Instant Since => Clock.GetCurrentInstant() - Kept;

    /// <summary>Reads the setting <c>TALLYSTICK_EVENT_DAYS</c>. Default: 28 days.</summary>
    /// <exception cref="StoreUnavailableException">The setting is not an integer from 1 to 3650.</exception>
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
