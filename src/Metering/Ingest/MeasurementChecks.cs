using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>The reason why a measurement is not stored.</summary>
internal readonly record struct Failure(IngestFailure Type, string? Detail);

/// <summary>
/// The checks that depend on look-ups, and their messages. The order is meter, duplicate field, missing field, account,
/// uid; the first failure is reported.
/// </summary>
internal static class MeasurementChecks
{
    /// <summary>Detail of a duplicate uid whose content differs from that of the first measurement.</summary>
    public const string Differs = "differs";

    /// <summary>
    /// Checks the meter and the fields; null if they are valid. The fields must not include null values, and must
    /// contain each pair of category and code only once.
    /// </summary>
    public static Failure? OfFields(IReadOnlyList<FieldCode> fields, Meter? meter)
    {
        if (RefusedRow.IsIn(fields))
            return new Failure(IngestFailure.InvalidRow, null);
        if (meter is null)
            return new Failure(IngestFailure.UndefinedMeter, null);
        // Pairs of category and code are unique, so a repeated code is in two categories.
        var codes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (!codes.Add(field.Code))
                return new Failure(IngestFailure.DuplicateField, field.Code);
        }
        var sent = fields.ToHashSet();
        foreach (var field in meter.DataFields)
        {
            if (!sent.Contains(new FieldCode(field.Category, field.Code)))
            {
                return new Failure(
                    IngestFailure.MissingField, $"{MeasurementMembers.NameOf(field.Category)}.{field.Code}");
            }
        }
        return null;
    }

    /// <summary>The message of a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="measurement">The measurement as sent.</param>
    public static string Message(FailedMeasurement failure, Measurement measurement) => failure.Type switch
    {
        IngestFailure.UndefinedMeter => $"Meter '{measurement.Meter}' does not exist.",
        IngestFailure.DuplicateField => $"The field '{failure.Detail}' appears in more than one category.",
        IngestFailure.MissingField => $"The meter '{measurement.Meter}' requires a value for '{failure.Detail}'.",
        IngestFailure.InvalidAccountCode when failure.Detail is null =>
            $"Account '{measurement.Account}' does not exist and was not created: accounts are not created "
            + "automatically, or too many have been created within the last hour.",
        IngestFailure.InvalidAccountCode =>
            $"The account code '{measurement.Account}' is nearly identical to '{failure.Detail}', so no account was "
            + "created for it.",
        IngestFailure.DuplicateUid when failure.Detail == Differs =>
            $"The uid '{measurement.Uid}' was already used for a measurement with different content. The first "
                + "measurement was kept.",
        IngestFailure.DuplicateUid =>
            $"The uid '{measurement.Uid}' was already used. The first measurement was kept.",
        IngestFailure.CalculationError =>
            $"The measurement of the meter '{measurement.Meter}' was stored without derived fields: {failure.Detail}.",
        IngestFailure.InvalidRow => RefusedRow.Of(measurement)!.Reason,
    };
}
