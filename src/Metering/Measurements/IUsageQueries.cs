using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// Queries the stored measurements of one organization. Never returns data of another organization.
/// </summary>
public interface IUsageQueries
{
    /// <summary>
    /// Aggregates all windows and segments in one pass. The result omits those without any value to aggregate.
    /// </summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken);

    /// <summary>Runs a query of the data explorer. Returns at most <see cref="UsageExploration.Limit"/> rows.</summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken);
}
