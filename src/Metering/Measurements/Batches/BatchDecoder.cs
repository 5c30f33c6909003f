using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Measurements.Batches;

/// <summary>Decodes batches and rows into measurement objects, for callers that need single measurements.</summary>
internal static class BatchDecoder
{
    /// <summary>The whole batch.</summary>
    public static MeasurementBatch Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new BatchReader();
        reader.Open(bytes);
        var measurements = new List<Measurement>(reader.Count);
        while (reader.TryRead(out var row))
        {
            measurements.Add(Decode(reader, row, out var valueBytes));
            reader.Advance(row, valueBytes);
        }
        return new MeasurementBatch(
            BatchReader.Text(reader.OrganizationId), Nanoseconds.ToInstant(reader.ReceivedAt), measurements);
    }

    /// <summary>One row.</summary>
    /// <param name="reader">The batch.</param>
    /// <param name="row">The row.</param>
    /// <param name="valueBytes">The length of its values, in bytes.</param>
    public static Measurement Decode(BatchReader reader, in BatchRow row, out int valueBytes)
    {
        var values = reader.Values(row);
        var offset = 0;
        var fields = new List<FieldValue>();
        foreach (var (category, code) in reader.Fields(row.List))
        {
            fields.Add(category.IsNumeric()
                ? new FieldValue(category, code, null, NumberEncoding.Read(values, ref offset))
                : new FieldValue(category, code, BatchReader.Text(ByteReading.Text(values, ref offset)), 0));
        }
        valueBytes = offset;
        return new Measurement
        {
            Uid = BatchReader.Text(reader.Uid(row)),
            Meter = BatchReader.Text(reader.Meter(row.Meter)),
            Account = BatchReader.Text(reader.Account(row.Account)),
            Ts = Nanoseconds.ToInstant(row.Ts),
            Ets = row.Ets == BatchRow.NoEts ? null : Nanoseconds.ToInstant(row.Ets),
            Fields = fields,
        };
    }
}
