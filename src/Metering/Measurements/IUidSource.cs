using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>Shows the uids of stored measurements, from which the uid index is rebuilt.</summary>
public interface IUidSource
{
    /// <summary>Visits the uids of all stored measurements of a partition received at or after an instant.</summary>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="receivedSince">The instant.</param>
    /// <param name="visit">Takes them, in any order.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task VisitUidsAsync(
        int partition, Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken);
}

/// <summary>Takes a uid and where its measurement stands in the log.</summary>
/// <param name="organizationId">The organization, as UTF-8.</param>
/// <param name="uid">The uid, as UTF-8.</param>
/// <param name="position">Where the measurement stands.</param>
public delegate void UidVisitor(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid, LogPosition position);
