using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tallystick.Client;

/// <summary>
/// An object of the API. Members that this version of the client does not know are kept and sent back, so an update
/// loses nothing.
/// </summary>
public abstract record ApiObject
{
    /// <summary>The members that this version of the client does not know.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? OtherMembers { get; set; }
}
