using System.Text.Json;
using Tallystick.Foundation.Json;

namespace Tallystick.Metering.LookupTables;

/// <summary>Reads rows from JSON that was checked to contain only strings and numbers.</summary>
public static class LookupRowJson
{
    /// <summary>The values of an object by their names.</summary>
    public static Dictionary<string, CustomFieldValue> Read(JsonElement row) => row.EnumerateObject().ToDictionary(
        member => member.Name,
        member => member.Value.ValueKind == JsonValueKind.Number
            ? new CustomFieldValue(null, member.Value.GetDecimal())
            : new CustomFieldValue(member.Value.GetString(), null),
        StringComparer.Ordinal);
}
