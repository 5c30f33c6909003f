using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Removal;

/// <summary>
/// A request to void measurements: usage no longer includes them. The measurements are not edited or deleted.
/// </summary>
public sealed record MeasurementVoid : Resource
{
    /// <summary>Uids of the measurements to void, 1 to 1000, each at most once.</summary>
    [MinimumItems(1), MaximumItems(1000)]
    public required IReadOnlyList<string> Uids { get; init; }

    /// <summary>Why the measurements are voided, for the audit trail.</summary>
    [Characters(1, 1000)]
    public required string Reason { get; init; }

    /// <summary>Whether usage still includes the measurements.</summary>
    [ServerSet]
    public RemovalStatus? Status { get; init; }

    /// <summary>
    /// Position in the measurement log when the request was made. Measurements accepted later are not voided.
    /// </summary>
    [ServerSet]
    public long? LogPosition { get; init; }

    /// <summary>
    /// Number of measurements voided. Present once the status is <c>DONE</c>. Greater than the number of uids if a uid
    /// was used again after 35 days.
    /// </summary>
    [ServerSet]
    public long? Voided { get; init; }

    /// <summary>
    /// Uids without a measurement in usage: never received, failed, or already voided or erased. Present once the
    /// status is <c>DONE</c>.
    /// </summary>
    [ServerSet]
    public IReadOnlyList<string>? NotFound { get; init; }
}

/// <summary>Status of a request to remove measurements.</summary>
public enum RemovalStatus
{
    /// <summary>Accepted. The measurements are removed in the background.</summary>
    Pending,

    /// <summary>The measurements are removed.</summary>
    Done,
}
