using NodaTime;
using Tallystick.Client;

namespace Tallystick.Console.Pages.Metering.Usage;

/// <summary>The last days including today, which no relative period of the API has: those end with yesterday.</summary>
internal static class RecentUsage
{
    private const int Days = 30;

    /// <summary>A query of the last 30 days.</summary>
    internal static UsageQueryRequest Query(IClock clock, DateTimeZone zone)
    {
        var today = clock.GetCurrentInstant().InZone(zone).Date;
        return new UsageQueryRequest
        {
            StartDate = zone.AtStartOfDay(today.PlusDays(1 - Days)).ToDateTimeOffset(),
            EndDate = zone.AtStartOfDay(today.PlusDays(1)).ToDateTimeOffset(),
        };
    }
}
