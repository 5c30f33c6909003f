using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tallystick.Client;

/// <summary>How objects become JSON and back.</summary>
internal static class ClientJson
{
    // An answer may lack what a request requires, and an API that is newer than the client adds members.
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new NullAsDefault<DateTimeOffset>(), new NullAsDefault<DateOnly>(), new NullAsDefault<decimal>(),
            new NullAsDefault<long>(), new NullAsDefault<int>(), new NullAsDefault<bool>(),
        },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireNothing } },
    };

    internal static byte[] Serialize<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    internal static T? Deserialize<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Options);

    private static void RequireNothing(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            property.IsRequired = false;
    }

    /// <summary>Reads null as an absent member.</summary>
    private sealed class NullAsDefault<T> : JsonConverter<T>
        where T : struct
    {
        private static readonly JsonConverter<T> Usual =
            (JsonConverter<T>)JsonSerializerOptions.Default.GetConverter(typeof(T));

        public override bool HandleNull => true;

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? default : Usual.Read(ref reader, typeToConvert, options);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            Usual.Write(writer, value, options);
    }
}
