using NodaTime;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// A measurement as it was accepted: its shape is valid, but its meter and account have not been looked up.
/// </summary>
public sealed record Measurement
{
    /// <summary>Identifies the measurement within the organization; generated if the sender omitted it.</summary>
    public required string Uid { get; init; }

    /// <summary>Code of the meter, as sent.</summary>
    public required string Meter { get; init; }

    /// <summary>Code of the account, as sent.</summary>
    public required string Account { get; init; }

    /// <summary>When the usage happened. Only this timestamp determines the billing period.</summary>
    public required Instant Ts { get; init; }

    /// <summary>
    /// When usage with a duration ended; never before <see cref="Ts"/>. Does not affect the billing period.
    /// </summary>
    public Instant? Ets { get; init; }

    /// <summary>
    /// The values as sent, each pair of category and code at most once; without null values.
    /// </summary>
    public required IReadOnlyList<FieldValue> Fields { get; init; }
}

/// <summary>The value of one field: a text or, for numeric categories, a number.</summary>
/// <param name="Category">The map it was sent in.</param>
/// <param name="Code">Code of the field, as sent.</param>
/// <param name="Text">The text; null for a number.</param>
/// <param name="Number">The number, exact; 0 for a text.</param>
public readonly record struct FieldValue(DataFieldCategory Category, string Code, string? Text, decimal Number);

/// <summary>The measurements of one accepted request, which is stored atomically.</summary>
/// <param name="OrganizationId">The organization that sent them.</param>
/// <param name="ReceivedAt">When the request was accepted; starts the deduplication window of its uids.</param>
/// <param name="Measurements">The measurements, in the order sent.</param>
public sealed record MeasurementBatch(
    string OrganizationId, Instant ReceivedAt, IReadOnlyList<Measurement> Measurements);
