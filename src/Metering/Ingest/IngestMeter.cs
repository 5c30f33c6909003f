using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>A meter with its compiled calculations, for loading measurements.</summary>
/// <param name="meter">The meter.</param>
/// <param name="derived">The calculations of its derived fields; null when it has none.</param>
public sealed class IngestMeter(Meter meter, DerivedFields? derived = null)
{
    /// <summary>The meter.</summary>
    public Meter Meter => meter;

    /// <summary>The calculations of its derived fields; null when it has none.</summary>
    internal DerivedFields? Derived => derived;

    /// <summary>New columns for its data fields, followed by those for its derived fields.</summary>
    internal IReadOnlyList<FieldColumnValues> Columns() =>
    [
        .. meter.DataFields.Select(field => new FieldColumnValues(field.Code, field.Category.IsNumeric())),
        .. derived is null ? [] : meter.DerivedFields.Select(
            field => new FieldColumnValues(field.Code, field.Category.IsNumeric(), isOptional: true)),
    ];
}
