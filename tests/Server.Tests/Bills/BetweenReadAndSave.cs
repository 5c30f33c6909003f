using Tallystick.Billing.BillRuns;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;
using Tallystick.Resources.Changes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// Usage queries before which something else happens: a bill job asks for usage after it has read its terms and before
/// it saves bills.
/// </summary>
internal sealed class BetweenReadAndSave(IUsageQueries queries, Func<Task> happens) : IUsageQueries
{
    private Task? _happened;

    /// <summary>A handler of bill jobs whose first query waits for something else.</summary>
    internal static BillJobHandler HandlerOf(ApiServer server, Func<Task> happens) => new(
        server.Service<ResourceService>(),
        new UsageReader(
            server.Service<IMeasurementLogs>(), [server.Service<MeasurementLoader>()],
            new BetweenReadAndSave(server.Service<IUsageQueries>(), happens), server.Service<ICustomSqlEngine>()),
        server.Service<PublishedLookups>(),
        NodaTime.SystemClock.Instance);

    public async Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        await (_happened ??= happens());
        return await queries.ReadAsync(query, cancellationToken);
    }

    public Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken) =>
        queries.ExploreAsync(query, cancellationToken);
}
