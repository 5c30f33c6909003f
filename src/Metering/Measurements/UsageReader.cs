using Tallystick.Metering.Ingest;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Measurements;

/// <summary>Reads usage that includes everything that was accepted before the question.</summary>
public sealed class UsageReader(ILogPartition log, MeasurementLoader loader, IUsageQueries store)
{
    /// <summary>
    /// Waits until the loader has passed the end that the log has now, then aggregates every window and segment in
    /// one pass. Those without a value to aggregate are absent from the result.
    /// </summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    public async Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        await loader.WaitForAsync(log.End, cancellationToken);
        return await store.ReadAsync(query, cancellationToken);
    }

    /// <summary>Waits in the same way, then answers a question of the data explorer.</summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    public async Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken)
    {
        await loader.WaitForAsync(log.End, cancellationToken);
        return await store.ExploreAsync(query, cancellationToken);
    }
}
