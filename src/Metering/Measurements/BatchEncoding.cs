using System.Text;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// The binary form of a batch. Every form ever written stays readable: a change takes a new version byte.
/// </summary>
internal static class BatchEncoding
{
    private const byte Version = 1;

    // The place of a category in this list is its number on disk: append, never reorder.
    private static readonly DataFieldCategory[] Categories =
    [
        DataFieldCategory.Who, DataFieldCategory.Where, DataFieldCategory.What, DataFieldCategory.Other,
        DataFieldCategory.Metadata, DataFieldCategory.Measure, DataFieldCategory.Income, DataFieldCategory.Cost,
    ];

    private static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Encode(MeasurementBatch batch)
    {
        using var stream = new MemoryStream(256 * (batch.Measurements.Count + 1));
        using var writer = new BinaryWriter(stream, Text);
        writer.Write(Version);
        writer.Write(batch.OrganizationId);
        writer.Write(Nanoseconds.Of(batch.ReceivedAt));
        writer.Write7BitEncodedInt(batch.Measurements.Count);
        foreach (var measurement in batch.Measurements)
            Write(writer, measurement);
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">A newer program wrote the batch.</exception>
    public static MeasurementBatch Decode(ReadOnlyMemory<byte> bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray(), writable: false), Text);
        var version = reader.ReadByte();
        if (version != Version)
            throw new InvalidDataException($"The batch has version {version}; this program reads version {Version}.");
        var organizationId = reader.ReadString();
        var receivedAt = Nanoseconds.ToInstant(reader.ReadInt64());
        var measurements = new Measurement[reader.Read7BitEncodedInt()];
        for (var index = 0; index < measurements.Length; index++)
            measurements[index] = ReadMeasurement(reader);
        return new MeasurementBatch(organizationId, receivedAt, measurements);
    }

    private static void Write(BinaryWriter writer, Measurement measurement)
    {
        writer.Write(measurement.Uid);
        writer.Write(measurement.Meter);
        writer.Write(measurement.Account);
        writer.Write(Nanoseconds.Of(measurement.Ts));
        writer.Write(measurement.Ets.HasValue);
        if (measurement.Ets is { } ets)
            writer.Write(Nanoseconds.Of(ets));
        writer.Write7BitEncodedInt(measurement.Fields.Count);
        foreach (var field in measurement.Fields)
        {
            writer.Write((byte)Array.IndexOf(Categories, field.Category));
            writer.Write(field.Code);
            if (field.Category.IsNumeric())
                writer.Write(field.Number);
            else
                writer.Write(field.Text!);
        }
    }

    private static Measurement ReadMeasurement(BinaryReader reader)
    {
        var measurement = new Measurement
        {
            Uid = reader.ReadString(),
            Meter = reader.ReadString(),
            Account = reader.ReadString(),
            Ts = Nanoseconds.ToInstant(reader.ReadInt64()),
            Ets = reader.ReadBoolean() ? Nanoseconds.ToInstant(reader.ReadInt64()) : null,
            Fields = [],
        };
        var fields = new FieldValue[reader.Read7BitEncodedInt()];
        for (var index = 0; index < fields.Length; index++)
        {
            var category = Categories[reader.ReadByte()];
            var code = reader.ReadString();
            fields[index] = category.IsNumeric()
                ? new FieldValue(category, code, null, reader.ReadDecimal())
                : new FieldValue(category, code, reader.ReadString(), 0);
        }
        return measurement with { Fields = fields };
    }
}
