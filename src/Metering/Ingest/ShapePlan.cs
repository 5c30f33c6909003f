using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>What to do with measurements of one meter that carry one list of fields.</summary>
internal sealed class ShapePlan
{
    private readonly FieldColumnValues?[] _targets;
    private readonly bool[] _isNumeric;

    private ShapePlan(Failure? failure, MeterRows? rows, FieldColumnValues?[] targets, bool[] isNumeric)
    {
        Failure = failure;
        Rows = rows;
        _targets = targets;
        _isNumeric = isNumeric;
    }

    /// <summary>Why they all fail; null when the meter and the fields are right.</summary>
    public Failure? Failure { get; }

    /// <summary>Where they go; null when they fail.</summary>
    public MeterRows? Rows { get; }

    /// <summary>The plan for a list.</summary>
    /// <param name="fields">The list.</param>
    /// <param name="meter">The meter; null when there is none.</param>
    /// <param name="rowsOf">Gives the rows of a meter.</param>
    public static ShapePlan For(
        IReadOnlyList<FieldCode> fields, IngestMeter? meter, Func<IngestMeter, MeterRows> rowsOf)
    {
        var isNumeric = fields.Select(field => field.Category.IsNumeric()).ToArray();
        if (MeasurementChecks.OfFields(fields, meter?.Meter) is { } failure)
            return new ShapePlan(failure, null, [], isNumeric);
        var rows = rowsOf(meter!);
        // Codes that the meter does not define are left out.
        var targets = fields.Select(field =>
        {
            var index = meter!.Meter.DataFields.ToList()
                .FindIndex(defined => defined.Category == field.Category && defined.Code == field.Code);
            return index < 0 ? null : rows.Fields[index];
        });
        return new ShapePlan(null, rows, [.. targets], isNumeric);
    }

    /// <summary>The bytes that the values of a row take.</summary>
    public int Measure(ReadOnlySpan<byte> values)
    {
        var offset = 0;
        foreach (var isNumeric in _isNumeric)
        {
            if (isNumeric)
                NumberEncoding.Skip(values, ref offset);
            else
                ByteReading.Text(values, ref offset);
        }
        return offset;
    }

    /// <summary>Adds the values of a row to their columns.</summary>
    public void AddValues(ReadOnlySpan<byte> values)
    {
        var offset = 0;
        for (var index = 0; index < _targets.Length; index++)
        {
            if (_isNumeric[index])
            {
                var number = NumberEncoding.Read(values, ref offset);
                _targets[index]?.Numbers.Add(number);
            }
            else
            {
                var text = ByteReading.Text(values, ref offset);
                _targets[index]?.Texts.Add(text);
            }
        }
    }
}
