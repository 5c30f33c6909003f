using System.Text.Json;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>Reads strings of a document without throwing for text that is not valid Unicode.</summary>
internal static class EventJson
{
    /// <summary>The string; null if it contains an unpaired surrogate.</summary>
    public static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The name; null if it contains an unpaired surrogate.</summary>
    public static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
