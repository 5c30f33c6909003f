using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>The stretch of the log from one position to another, ready to be stored in one transaction.</summary>
public sealed record MeasurementLoad
{
    /// <summary>Where the stretch begins; must be the store's position.</summary>
    public required LogPosition From { get; init; }

    /// <summary>Where it ends; becomes the store's position.</summary>
    public required LogPosition To { get; init; }

    /// <summary>The measurements to store, in the order received.</summary>
    public required IReadOnlyList<EnrichedMeasurement> Measurements { get; init; }

    /// <summary>The measurements that failed, duplicates included, in the order received.</summary>
    public required IReadOnlyList<FailedMeasurement> Failures { get; init; }

    /// <summary>
    /// How many measurements the stretch holds, per organization: counted from the log, not from the lists.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Accepted { get; init; }
}

/// <summary>A measurement tied to the ids of its meter and account, so that codes may change later.</summary>
public sealed record EnrichedMeasurement
{
    /// <summary>Its organization.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>UUID of its meter.</summary>
    public required string MeterId { get; init; }

    /// <summary>UUID of its account.</summary>
    public required string AccountId { get; init; }

    /// <summary>When it was received.</summary>
    public required Instant ReceivedAt { get; init; }

    /// <summary>Uid and timestamps, as accepted.</summary>
    public required Measurement Measurement { get; init; }

    /// <summary>The values of the meter's fields; at most one per field code.</summary>
    public required IReadOnlyList<FieldValue> Fields { get; init; }
}

/// <summary>A measurement that was accepted but not stored.</summary>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Type">Why it failed.</param>
/// <param name="Message">What was wrong, in words.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Json">The measurement as JSON, in the form of the API.</param>
public sealed record FailedMeasurement(
    string OrganizationId, IngestFailure Type, string Message, Instant ReceivedAt, string Json);

/// <summary>Why a measurement failed after it was accepted (metering reference 4.7).</summary>
public enum IngestFailure
{
    /// <summary>The meter code matches no meter.</summary>
    UndefinedMeter,

    /// <summary>The same field code was sent in more than one category.</summary>
    DuplicateField,

    /// <summary>A data field of the meter was not sent in the map of its category.</summary>
    MissingField,

    /// <summary>The account code nearly equals that of another account.</summary>
    InvalidAccountCode,

    /// <summary>The uid was used before.</summary>
    DuplicateUid,
}

/// <summary>
/// What became of the loaded measurements of an organization: accepted = stored + duplicate + failed.
/// </summary>
/// <param name="Accepted">Measurements that the loaded part of the log held. What it still holds is pending.</param>
/// <param name="Stored">Measurements in the store.</param>
/// <param name="Duplicate">Measurements dropped since their uid was used before.</param>
/// <param name="Failed">Measurements that failed for another reason.</param>
public readonly record struct LoadTally(long Accepted, long Stored, long Duplicate, long Failed);
