using Tallystick.Metering.Ingest;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Measurements;

/// <summary>Reads usage that includes everything that was accepted before the question.</summary>
/// <param name="logs">The log.</param>
/// <param name="loaders">The loader of each of its partitions.</param>
/// <param name="store">The store that they load into.</param>
public sealed class UsageReader(
    IMeasurementLogs logs, IReadOnlyList<MeasurementLoader> loaders, IUsageQueries store)
{
    /// <summary>
    /// Waits until each loader has passed the end that its partition has now, then aggregates every window and segment
    /// in one pass. Those without a value to aggregate are absent from the result.
    /// </summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    public async Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        return await store.ReadAsync(query, cancellationToken);
    }

    /// <summary>Waits in the same way, then answers a question of the data explorer.</summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    public async Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        return await store.ExploreAsync(query, cancellationToken);
    }

    // All ends are read before any is waited for.
    private Task WaitAsync(CancellationToken cancellationToken) => Task.WhenAll(
        [.. Enumerable.Range(0, logs.Count).Select(
            number => loaders[number].WaitForAsync(logs[number].End, cancellationToken))]);
}
