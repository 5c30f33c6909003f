using System.Text.Json.Serialization;
using Tallystick.Foundation.Json;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>Serializes responses about lookup tables without reflection.</summary>
[JsonSerializable(typeof(LookupTableRevisionDataJob))]
internal sealed partial class LookupJson : JsonSerializerContext
{
    /// <summary>Uses the JSON format of the product.</summary>
    internal static LookupJson Format { get; } = new(JsonFormat.NewOptions());
}
