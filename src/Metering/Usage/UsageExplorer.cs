using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.Usage;

/// <summary>Answers questions about usage: the data explorer.</summary>
public sealed class UsageExplorer(ResourceService resources, UsageReader usage)
{
    /// <summary>Answers a question with all that was accepted before it.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="request">The question.</param>
    /// <param name="zone">The time zone of the organization.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The question with the meters that it is about, and the rows.</returns>
    /// <exception cref="RefusedException">The question makes no sense; all faults found are listed.</exception>
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
