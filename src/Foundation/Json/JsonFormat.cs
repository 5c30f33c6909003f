using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>The JSON format of the API and of stored documents.</summary>
public static class JsonFormat
{
    /// <summary>
    /// New options: camel case, enumerations in upper snake case, nulls omitted, instants and dates as ISO 8601,
    /// numbers as exact decimals, text not escaped (responses are never served as HTML).
    /// </summary>
    public static JsonSerializerOptions NewOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter(EnumNames, allowIntegerValues: false),
            new InstantConverter(),
            new DateConverter(),
            new FractionConverter(),
            new CustomFieldValue.Converter(),
        },
    };

    /// <summary>The names of enumeration values.</summary>
    internal static JsonNamingPolicy EnumNames { get; } = new EnumNaming();

    /// <summary>Writes JSON without escaping text.</summary>
    public static JsonWriterOptions WriterOptions { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes of a JSON value.</summary>
    public static ReadOnlyMemory<byte> Write(JsonNode value)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            value.WriteTo(writer);
        return buffer.WrittenMemory;
    }

    /// <summary>The JSON name of an enumeration value, such as <c>CUSTOM_SQL</c>.</summary>
    public static string Name<T>(T value) where T : struct, Enum =>
        EnumNames.ConvertName(value.ToString());

    // The framework does not separate a number from the word before it: LAST_12_HOURS.
    private sealed class EnumNaming : JsonNamingPolicy
    {
        public override string ConvertName(string name)
        {
            var text = new StringBuilder(SnakeCaseUpper.ConvertName(name));
            for (var at = text.Length - 1; at > 0; at--)
            {
                if (char.IsAsciiDigit(text[at]) && char.IsAsciiLetter(text[at - 1]))
                    text.Insert(at, '_');
            }
            return text.ToString();
        }
    }

    private sealed class InstantConverter : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            InstantText.TryParse(reader.GetString()!, out var instant)
                ? instant : throw new JsonException(InstantText.Rule);

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteStringValue(InstantText.Write(value));
    }

    // As text, because JSON readers turn numbers into binary fractions.
    private sealed class FractionConverter : JsonConverter<Fraction>
    {
        public override Fraction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Fraction.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Fraction value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToText());
    }

    private sealed class DateConverter : JsonConverter<LocalDate>
    {
        public override LocalDate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            InstantText.TryParseDate(reader.GetString()!, out var date) ? date : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, LocalDate value, JsonSerializerOptions options) =>
            writer.WriteStringValue(InstantText.Write(value));
    }
}
