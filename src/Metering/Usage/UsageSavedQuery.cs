using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Usage;

/// <summary>A usage query that is kept under a name.</summary>
public sealed record UsageSavedQuery : Resource
{
    /// <summary>Name of the saved query.</summary>
    [Characters(1, int.MaxValue)]
    public required string Name { get; init; }

    /// <summary>The query, for dates or for a <c>timePeriod</c>. Saving does not run it.</summary>
    public required UsageQueryRequest UsageQuery { get; init; }
}

/// <summary>The definition of saved queries.</summary>
public static class UsageSavedQueryResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<UsageSavedQuery> Definition { get; } =
        new("UsageSavedQuery", "usage/savedqueries", () => MeteringJson.Format.UsageSavedQuery)
        {
            Check = Check,
            DescribesAudit = false,
        };

    // Meters and fields are checked when the query runs, because they may be created or deleted in the meantime.
    private static void Check(UsageSavedQuery saved, Issues issues)
    {
        var query = saved.UsageQuery;
        if (query.TimePeriod is null && (query.StartDate is null || query.EndDate is null))
            issues.Add("required", "usageQuery", "needs startDate and endDate, or a timePeriod");
    }
}
