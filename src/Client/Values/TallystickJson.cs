using System.Text.Json;

namespace Tallystick.Client;

/// <summary>Writes objects of the API as JSON, as the API does, and reads them back, to store or log them.</summary>
public static class TallystickJson
{
    /// <summary>The JSON of an object.</summary>
    public static string Serialize<T>(T value)
        where T : ApiObject => System.Text.Encoding.UTF8.GetString(ClientJson.Serialize(value));

    /// <summary>The object of a JSON text; null if the text is <c>null</c>.</summary>
    /// <exception cref="JsonException">The text is not JSON, or of something else.</exception>
    public static T? Deserialize<T>(string json)
        where T : ApiObject => ClientJson.Deserialize<T>(System.Text.Encoding.UTF8.GetBytes(json));
}
