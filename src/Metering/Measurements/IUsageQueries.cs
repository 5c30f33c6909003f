using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// Answers questions about the stored measurements of one organization; nothing of another is ever returned.
/// </summary>
public interface IUsageQueries
{
    /// <summary>
    /// Aggregates every window and segment in one pass. Those without a value to aggregate are absent from the result.
    /// </summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken);

    /// <summary>Answers a question of the data explorer: never more rows than its limit.</summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken);
}
