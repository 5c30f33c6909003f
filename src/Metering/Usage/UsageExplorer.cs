using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.Usage;

/// <summary>Runs usage queries of the data explorer.</summary>
public sealed class UsageExplorer(ResourceService resources, UsageReader usage)
{
    /// <summary>Runs a query that includes all measurements accepted before it.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="request">The query.</param>
    /// <param name="zone">The time zone of the organization.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The query with its meters resolved, and the rows.</returns>
    /// <exception cref="RefusedException">The query is not valid; all faults found are listed.</exception>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    public async Task<(UsageExploration Query, ExplorerRows Rows)> ExploreAsync(
        string organizationId, UsageQueryRequest request, DateTimeZone zone, CancellationToken cancellationToken)
    {
        var needed = UsageQueryRules.MeterIds(request) is { } ids ? new Condition.In("id", ids) : Condition.And();
        var meters = await resources.Reader(organizationId, cancellationToken).ListAsync<Meter>(needed);
        var query = UsageQueryRules.Resolve(request, organizationId, meters, zone);
        return (query, await usage.ExploreAsync(query, cancellationToken));
    }
}
