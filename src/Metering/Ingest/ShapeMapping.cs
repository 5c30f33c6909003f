using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>How to store measurements of one meter with one list of fields, or why they fail.</summary>
internal sealed class ShapeMapping
{
    private readonly FieldColumnValues?[] _targets;
    private readonly bool[] _isNumeric;

    private ShapeMapping(Failure? failure, MeterRows? rows, FieldColumnValues?[] targets, bool[] isNumeric)
    {
        Failure = failure;
        Rows = rows;
        _targets = targets;
        _isNumeric = isNumeric;
    }

    /// <summary>Why the measurements fail; null if the meter and the fields are valid.</summary>
    public Failure? Failure { get; }

    /// <summary>The rows to add to; null if the measurements fail.</summary>
    public MeterRows? Rows { get; }

    /// <summary>The mapping for a list of fields.</summary>
    /// <param name="fields">The list.</param>
    /// <param name="meter">The meter; null if it does not exist.</param>
    /// <param name="rowsOf">Returns the rows of a meter.</param>
    public static ShapeMapping For(
        IReadOnlyList<FieldCode> fields, IngestMeter? meter, Func<IngestMeter, MeterRows> rowsOf)
    {
        var isNumeric = fields.Select(field => field.Category.IsNumeric()).ToArray();
        if (MeasurementChecks.OfFields(fields, meter?.Meter) is { } failure)
            return new ShapeMapping(failure, null, [], isNumeric);
        var rows = rowsOf(meter!);
        // Fields that the meter does not define are not stored.
        var targets = fields.Select(field =>
        {
            var index = meter!.Meter.DataFields.ToList()
                .FindIndex(defined => defined.Category == field.Category && defined.Code == field.Code);
            return index < 0 ? null : rows.Fields[index];
        });
        return new ShapeMapping(null, rows, [.. targets], isNumeric);
    }

    /// <summary>The length of the values of a row, in bytes.</summary>
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
