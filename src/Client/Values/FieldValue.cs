using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tallystick.Client;

/// <summary>
/// A value whose type your configuration decides: a text or a number, such as that of a custom field, or any other
/// JSON. Texts and numbers convert to it by themselves.
/// </summary>
[JsonConverter(typeof(FieldValueConverter))]
public readonly struct FieldValue : IEquatable<FieldValue>
{
    /// <summary>A value of any kind.</summary>
    public FieldValue(JsonElement json) => Json = json;

    /// <summary>The value as JSON.</summary>
    public JsonElement Json { get; }

    /// <summary>Whether it is a number.</summary>
    public bool IsNumber => Json.ValueKind == JsonValueKind.Number;

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">It is not a number.</exception>
    public decimal AsNumber() => Json.GetDecimal();

    /// <summary>Wraps a text.</summary>
    public static implicit operator FieldValue(string text) => new(JsonSerializer.SerializeToElement(text));

    /// <summary>Wraps a number.</summary>
    public static implicit operator FieldValue(decimal number) => new(JsonSerializer.SerializeToElement(number));

    /// <summary>Wraps a number.</summary>
    public static implicit operator FieldValue(long number) => new(JsonSerializer.SerializeToElement(number));

    /// <summary>Wraps a truth value.</summary>
    public static implicit operator FieldValue(bool value) => new(JsonSerializer.SerializeToElement(value));

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(FieldValue left, FieldValue right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(FieldValue left, FieldValue right) => !left.Equals(right);

    /// <inheritdoc />
    public bool Equals(FieldValue other) =>
        Json.ValueKind == JsonValueKind.Undefined || other.Json.ValueKind == JsonValueKind.Undefined
            ? Json.ValueKind == other.Json.ValueKind
            : JsonElement.DeepEquals(Json, other.Json);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is FieldValue other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() =>
        IsNumber && Json.TryGetDecimal(out var number) ? number.GetHashCode()
        : string.GetHashCode(ToString(), StringComparison.Ordinal);

    /// <summary>The text, or the JSON of anything else.</summary>
    public override string ToString() => Json.ValueKind switch
    {
        JsonValueKind.Undefined => "",
        JsonValueKind.String => Json.GetString()!,
        _ => Json.GetRawText(),
    };

    internal sealed class FieldValueConverter : JsonConverter<FieldValue>
    {
        public override bool HandleNull => true;

        public override FieldValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options)
        {
            if (value.Json.ValueKind == JsonValueKind.Undefined)
                writer.WriteNullValue();
            else
                value.Json.WriteTo(writer);
        }
    }
}
