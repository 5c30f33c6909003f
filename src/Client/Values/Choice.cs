using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tallystick.Client;

/// <summary>A text with known values. Values that this version of the client does not know are kept.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IChoice<TSelf>
    where TSelf : struct, IChoice<TSelf>
{
    /// <summary>The value in JSON.</summary>
    string Value { get; }

    /// <summary>The choice with a value in JSON.</summary>
    static abstract TSelf Of(string value);
}

/// <summary>Reads and writes choices as text.</summary>
/// <typeparam name="T">The type of the choice.</typeparam>
public sealed class ChoiceConverter<T> : JsonConverter<T>
    where T : struct, IChoice<T>
{
    /// <inheritdoc />
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Of(reader.GetString() ?? "");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
