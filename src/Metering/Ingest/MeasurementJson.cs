using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Writes a measurement in the form in which it is submitted, so that it can be corrected and sent again.
/// </summary>
internal static class MeasurementJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Measurement measurement)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("uid", measurement.Uid);
            writer.WriteString("meter", measurement.Meter);
            writer.WriteString("account", measurement.Account);
            writer.WriteString("ts", InstantText.Write(measurement.Ts));
            if (measurement.Ets is { } ets)
                writer.WriteString("ets", InstantText.Write(ets));
            foreach (var map in measurement.Fields.GroupBy(field => field.Category))
            {
                writer.WriteStartObject(MeasurementMembers.NameOf(map.Key));
                foreach (var field in map)
                    WriteField(writer, field);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static void WriteField(Utf8JsonWriter writer, FieldValue field)
    {
        if (field.Text is { } text)
            writer.WriteString(field.Code, text);
        else
            writer.WriteNumber(field.Code, field.Number);
    }
}
