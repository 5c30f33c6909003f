using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// Keeps enriched measurements and aggregates them: the seam behind which the engines are equal. Nothing of another
/// organization is ever returned.
/// </summary>
public interface IMeasurementStore
{
    /// <summary>The position of the log up to which everything is in the store.</summary>
    ValueTask<LogPosition> FindPositionAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a load, durably and wholly, or (when it throws) not at all.</summary>
    /// <exception cref="InvalidOperationException">
    /// The load does not begin at the store's position; taking it would lose or repeat measurements.
    /// </exception>
    ValueTask LoadAsync(MeasurementLoad load, CancellationToken cancellationToken);

    /// <summary>The uids of the stored measurements of all organizations received at or after an instant.</summary>
    IAsyncEnumerable<ReceivedUid> ReadUidsAsync(Instant receivedSince, CancellationToken cancellationToken);

    /// <summary>
    /// Aggregates every window and segment in one pass. Those without a value to aggregate are absent from the result.
    /// </summary>
    /// <exception cref="OverflowException">A result has more than 28 digits; it is never rounded.</exception>
    Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken);

    /// <summary>What became of the organization's measurements that were loaded so far.</summary>
    Task<LoadTally> ConservationAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>The organization's failed measurements behind a sequence number, in the order received.</summary>
    Task<IReadOnlyList<StoredFailure>> ReadFailuresAsync(
        string organizationId, long afterSequence, int limit, CancellationToken cancellationToken);
}

/// <summary>A uid and when its measurement was received.</summary>
public readonly record struct ReceivedUid(string OrganizationId, string Uid, Instant ReceivedAt);

/// <summary>A failed measurement as stored.</summary>
/// <param name="Sequence">Grows with the order of receipt; unique within the store.</param>
/// <param name="Failure">The failure.</param>
public sealed record StoredFailure(long Sequence, FailedMeasurement Failure);
