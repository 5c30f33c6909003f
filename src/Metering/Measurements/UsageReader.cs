using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Measurements;

/// <summary>Reads usage, including everything that was accepted before the query.</summary>
/// <param name="logs">The log.</param>
/// <param name="loaders">The loader of each partition.</param>
/// <param name="store">The store into which they load.</param>
/// <param name="customSql">Runs the queries of <c>CUSTOM_SQL</c> aggregations over the store.</param>
public sealed class UsageReader(
    IMeasurementLogs logs, IReadOnlyList<MeasurementLoader> loaders, IUsageQueries store, ICustomSqlEngine customSql)
{
    /// <summary>
    /// Waits until each loader has reached the current end of its partition, then aggregates all windows and segments
    /// in one pass. The result omits those without any value to aggregate.
    /// </summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    public async Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        return await store.ReadAsync(query, cancellationToken);
    }

    /// <summary>
    /// Waits in the same way, then runs the query of a <c>CUSTOM_SQL</c> aggregation for each of its targets.
    /// </summary>
    /// <returns>The results, in the order of the targets.</returns>
    public async Task<IReadOnlyList<CustomSqlResult>> RunAsync(
        CustomSqlQuery query, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        return await customSql.RunAsync(query, cancellationToken);
    }

    /// <summary>Waits in the same way, then runs a query of the data explorer.</summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    public async Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        return await store.ExploreAsync(query, cancellationToken);
    }

    // Reads the ends of all partitions before waiting for any of them.
    private Task WaitAsync(CancellationToken cancellationToken) => Task.WhenAll(
        [.. Enumerable.Range(0, logs.Count).Select(
            number => loaders[number].WaitForAsync(logs[number].End, cancellationToken))]);
}
