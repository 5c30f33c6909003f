using NodaTime;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// Keeps enriched measurements and aggregates them: the seam behind which the engines are equal. Nothing of another
/// organization is ever returned.
/// </summary>
public interface IMeasurementStore
{
    /// <summary>The organizations that have ever had something in a load.</summary>
    IReadOnlyCollection<string> OrganizationIds { get; }

    /// <summary>The position of the log up to which everything is in the store.</summary>
    ValueTask<LogPosition> FindPositionAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a load, durably and wholly, or (when it throws) not at all.</summary>
    /// <exception cref="InvalidOperationException">
    /// The load does not begin at the store's position; taking it would lose or repeat measurements.
    /// </exception>
    /// <exception cref="LoadTooLargeException">It takes more memory than the store may use.</exception>
    ValueTask LoadAsync(MeasurementLoad load, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a step towards keeping the measurements of closed days in an order that makes reading them fast, while
    /// loads and queries go on. Nothing that can be read changes.
    /// </summary>
    /// <param name="closedBefore">The start, in UTC, of the first day that is not closed.</param>
    /// <param name="cancellationToken">Gives up; the step leaves no trace.</param>
    /// <returns>False when there was nothing to do.</returns>
    Task<bool> SortAsync(Instant closedBefore, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a step towards keeping the bookkeeping of loads small, while they go on: tallies are summed up, and
    /// failures that the log no longer explains are forgotten. The tallies go on counting them.
    /// </summary>
    /// <param name="logStart">Position of the oldest byte that the log keeps.</param>
    /// <param name="cancellationToken">Gives up before the step.</param>
    /// <returns>False when there was nothing to do.</returns>
    Task<bool> CompactAsync(LogPosition logStart, CancellationToken cancellationToken);

    /// <summary>Visits the uids of all stored measurements received at or after an instant.</summary>
    Task VisitUidsAsync(Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken);

    /// <summary>
    /// Aggregates every window and segment in one pass. Those without a value to aggregate are absent from the result.
    /// </summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken);

    /// <summary>Answers a question of the data explorer: never more rows than its limit.</summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken);

    /// <summary>What became of the organization's loaded measurements, by meter code and day.</summary>
    Task<LoadedDays> ReadTalliesAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Counts the organization's rows and reads how many there should be, both at one moment.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="receivedSince">Only rows received at or after this instant are counted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<CountedDays> CountRowsAsync(
        string organizationId, Instant receivedSince, CancellationToken cancellationToken);

    /// <summary>The organization's failed measurements, the latest first.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="before">Only those that stand before this position in the log.</param>
    /// <param name="receivedSince">Only those received at or after this instant.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<FailedMeasurement>> ReadFailuresAsync(
        string organizationId, LogPosition before, Instant receivedSince, int limit,
        CancellationToken cancellationToken);
}

/// <summary>Takes a uid and where its measurement stands in the log.</summary>
/// <param name="organizationId">The organization, as UTF-8.</param>
/// <param name="uid">The uid, as UTF-8.</param>
/// <param name="position">Where the measurement stands.</param>
public delegate void UidVisitor(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid, LogPosition position);

/// <summary>How many measurements of a meter that were received on a day are in the store.</summary>
/// <param name="MeterId">UUID of the meter.</param>
/// <param name="Day">The day of receipt, in UTC.</param>
/// <param name="Count">The number.</param>
public sealed record StoredRows(string MeterId, LocalDate Day, long Count);

/// <summary>What became of an organization's loaded measurements.</summary>
/// <param name="Position">Everything before this position of the log is in them, and nothing else.</param>
/// <param name="Days">The tallies, by meter code and day.</param>
public sealed record LoadedDays(LogPosition Position, IReadOnlyList<MeterDay> Days);

/// <summary>What should be there and what is, at one moment.</summary>
/// <param name="Tallies">The tallies of all days.</param>
/// <param name="Rows">The rows that are there, by meter and day of receipt.</param>
public sealed record CountedDays(IReadOnlyList<MeterDay> Tallies, IReadOnlyList<StoredRows> Rows);
