using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>Supplies the uids of stored measurements for rebuilding the uid index.</summary>
public interface IUidSource
{
    /// <summary>Visits the uids of all stored measurements of a partition received at or after an instant.</summary>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="receivedSince">The instant.</param>
    /// <param name="visit">Called for each uid, in any order.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task VisitUidsAsync(
        int partition, Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken);
}

/// <summary>Receives a uid and the position of its measurement in the log.</summary>
/// <param name="organizationId">The organization, as UTF-8.</param>
/// <param name="uid">The uid, as UTF-8.</param>
/// <param name="position">Position of the measurement.</param>
public delegate void UidVisitor(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid, LogPosition position);
