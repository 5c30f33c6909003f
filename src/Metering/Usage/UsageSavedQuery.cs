using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

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

/// <summary>What is special about saved queries.</summary>
public static class UsageSavedQueryResource
{
    // Any moment will do: which one it is does not decide whether a query is right.
    private static readonly Instant Moment = Instant.FromUtc(2026, 1, 1, 0, 0);

    /// <summary>The definition.</summary>
    public static ResourceDefinition<UsageSavedQuery> Definition { get; } =
        new("UsageSavedQuery", "usage/savedqueries", () => MeteringJson.Format.UsageSavedQuery)
        {
            CheckAgainst = CheckAgainstAsync,
        };

    private static async ValueTask CheckAgainstAsync(
        UsageSavedQuery saved, UsageSavedQuery? current, IResourceReader related, Issues issues)
    {
        var needed = UsageQueryRules.MeterIds(saved.UsageQuery) is { } ids
            ? new Condition.In("id", ids) : Condition.And();
        var query = saved.UsageQuery.At(Moment, DateTimeZone.Utc);
        try
        {
            UsageQueryRules.Resolve(query, "", await related.ListAsync<Meter>(needed), DateTimeZone.Utc);
        }
        catch (RefusedException refused)
        {
            foreach (var issue in refused.Issues)
                issues.Add(issue.Code, $"usageQuery.{issue.Path}", issue.Message);
        }
    }
}
