using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tallystick.Foundation.Json;

/// <summary>The value of a custom field: either a string or a number.</summary>
/// <param name="Text">The string, or null for a number.</param>
/// <param name="Number">The number, or null for a string.</param>
public readonly record struct CustomFieldValue(string? Text, decimal? Number)
{
    internal sealed class Converter : JsonConverter<CustomFieldValue>
    {
        public override CustomFieldValue Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number
                ? new CustomFieldValue(null, reader.GetDecimal())
                : new CustomFieldValue(reader.GetString(), null);

        public override void Write(Utf8JsonWriter writer, CustomFieldValue value, JsonSerializerOptions options)
        {
            if (value.Number is { } number)
                writer.WriteNumberValue(number);
            else
                writer.WriteStringValue(value.Text);
        }
    }
}
