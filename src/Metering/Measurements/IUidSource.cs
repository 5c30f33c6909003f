using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>Supplies the uids of stored measurements for rebuilding the uid index.</summary>
public interface IUidSource
{
    /// <summary>
    /// Visits the uids of all stored and voided measurements of a partition received at or after an instant.
    /// </summary>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="receivedSince">The instant.</param>
    /// <param name="visit">Called for each uid, in any order.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task VisitUidsAsync(
        int partition, Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken);

    /// <summary>
    /// The erased measurements of a partition received at or after an instant, in the order of their positions. The
    /// store no longer has their uids, but the log has, for as long as they must stay used.
    /// </summary>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="receivedSince">The instant.</param>
    /// <param name="after">Only those after this position; null for all.</param>
    /// <param name="limit">Maximum number of results.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task<IReadOnlyList<ErasedMeasurement>> ReadErasedAsync(
        int partition, Instant receivedSince, LogPosition? after, int limit, CancellationToken cancellationToken);
}

/// <summary>A measurement that was erased from the store.</summary>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Position">Its position in the log.</param>
public readonly record struct ErasedMeasurement(string OrganizationId, LogPosition Position);

/// <summary>Receives a uid and the position of its measurement in the log.</summary>
/// <param name="organizationId">The organization, as UTF-8.</param>
/// <param name="uid">The uid, as UTF-8.</param>
/// <param name="position">Position of the measurement.</param>
public delegate void UidVisitor(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid, LogPosition position);
