using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>Why a measurement is not stored.</summary>
internal readonly record struct Failure(IngestFailure Type, string Message);

/// <summary>
/// The checks that need look-ups, without the look-ups (metering reference 4.7). Their order is meter, duplicate
/// field, missing field, account, uid; the first that fails is told.
/// </summary>
internal static class MeasurementChecks
{
    /// <summary>What is wrong with the meter or the fields; null when nothing is.</summary>
    public static Failure? OfFields(Measurement measurement, Meter? meter)
    {
        if (meter is null)
            return new Failure(IngestFailure.UndefinedMeter, $"There is no meter with the code '{measurement.Meter}'.");
        if (DuplicateField(measurement.Fields) is { } duplicate)
        {
            return new Failure(
                IngestFailure.DuplicateField, $"The field '{duplicate}' was sent in more than one category.");
        }
        foreach (var field in meter.DataFields)
        {
            if (!measurement.Fields.Any(value => Matches(value, field)))
            {
                return new Failure(
                    IngestFailure.MissingField,
                    $"The meter '{meter.Code}' needs a value for '{MapName(field.Category)}.{field.Code}'.");
            }
        }
        return null;
    }

    /// <summary>What is wrong with the account code; null when nothing is.</summary>
    public static Failure? OfAccount(Measurement measurement, AccountMatch match) => match.AccountId is not null
        ? null
        : new Failure(
            IngestFailure.InvalidAccountCode,
            $"The account code '{measurement.Account}' nearly equals '{match.NearMatchCode}', "
            + "so no account was created for it.");

    /// <summary>The failure of a measurement whose uid is taken.</summary>
    public static Failure DuplicateUid(Measurement measurement) => new(
        IngestFailure.DuplicateUid, $"The uid '{measurement.Uid}' was used before; the first measurement stays.");

    /// <summary>The values of the meter's data fields. Codes that the meter does not define are left out.</summary>
    public static IReadOnlyList<FieldValue> SelectFields(Measurement measurement, Meter meter) =>
        [.. measurement.Fields.Where(value => meter.DataFields.Any(field => Matches(value, field)))];

    /// <summary>The name of a category's map in a submission.</summary>
    public static string MapName(DataFieldCategory category) => category switch
    {
        DataFieldCategory.Who => "who",
        DataFieldCategory.Where => "where",
        DataFieldCategory.What => "what",
        DataFieldCategory.Other => "other",
        DataFieldCategory.Metadata => "metadata",
        DataFieldCategory.Measure => "measure",
        DataFieldCategory.Income => "income",
        DataFieldCategory.Cost => "cost",
    };

    private static bool Matches(FieldValue value, DataField field) =>
        value.Category == field.Category && value.Code == field.Code;

    private static string? DuplicateField(IReadOnlyList<FieldValue> fields)
    {
        // Each pair of category and code is there once, so a code seen twice is in two categories.
        var codes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (!codes.Add(field.Code))
                return field.Code;
        }
        return null;
    }
}
