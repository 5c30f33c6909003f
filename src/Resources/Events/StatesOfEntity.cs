using System.Buffers;
using System.Text.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Events;

/// <summary>
/// The states of an entity in an event: as returned by the API, with further members for rules. The stored JSON is
/// copied, because a bill can be long and is written with each of its events.
/// </summary>
internal static class StatesOfEntity
{
    private static readonly JsonEncodedText OrganizationId = JsonEncodedText.Encode("orgId");

    /// <summary>Writes a state as a member of the event.</summary>
    internal static async ValueTask WriteAsync(
        Utf8JsonWriter writer, string member, byte[] state, string organizationId,
        IReadOnlyList<IEventDetail> details, IResourceReader related)
    {
        var further = new ArrayBufferWriter<byte>(128);
        await using (var added = new Utf8JsonWriter(further))
        {
            added.WriteStartObject();
            added.WriteString(OrganizationId, organizationId);
            foreach (var detail in details)
            {
                if (Member(state, detail.Name.EncodedUtf8Bytes) is null
                    && await detail.OfAsync(Member(state, "accountId"u8), related) is { } value)
                    added.WriteString(detail.Name, value);
            }
            added.WriteEndObject();
        }
        writer.WritePropertyName(member);
        writer.WriteRawValue(Joined(state, further.WrittenSpan), skipInputValidation: true);
    }

    /// <summary>The text of a member of an object, without those of objects in it; null if it has none.</summary>
    internal static string? Member(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isAsked = reader.ValueTextEquals(name);
            reader.Read();
            if (isAsked)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }
        return null;
    }

    // Both are objects with members: the comma replaces the end of the first and the start of the second.
    private static byte[] Joined(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        [.. first[..^1], (byte)',', .. second[1..]];
}
