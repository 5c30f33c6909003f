using Tallystick.Foundation.Json;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Erasures;

/// <summary>A request to erase the usage of an account, such as on a request under privacy law.</summary>
public sealed record MeasurementErasure : Resource
{
    /// <summary>UUID of the account. It may have been deleted.</summary>
    [Characters(36, 36)]
    public required string AccountId { get; init; }

    /// <summary>
    /// Code of the account when the request was made, which finds failed measurements. Not present if the account had
    /// been deleted.
    /// </summary>
    [ServerSet]
    public string? AccountCode { get; init; }

    /// <summary>Why the usage is erased, for the audit trail. Do not name persons here.</summary>
    [Characters(1, 1000)]
    public required string Reason { get; init; }

    /// <summary>Whether the usage still exists.</summary>
    [ServerSet]
    public RemovalStatus? Status { get; init; }

    /// <summary>
    /// Position in the measurement log when the request was made. Measurements accepted later are not erased.
    /// </summary>
    [ServerSet]
    public long? LogPosition { get; init; }

    /// <summary>
    /// Number of measurements erased, including those that had been voided. Present once the status is <c>DONE</c>.
    /// </summary>
    [ServerSet]
    public long? Erased { get; init; }
}
