using System.Text.Json;

namespace Tallystick.Console.Pages.Settings.Audit;

/// <summary>A member whose value differs between two states of an entity.</summary>
/// <param name="Path">Where it is: <c>pricingBands[0].unitPrice</c>.</param>
/// <param name="Before">The value before; null for none.</param>
/// <param name="After">The value after; null for none.</param>
internal sealed record JsonChange(string Path, string? Before, string? After)
{
    // These change each time, and the event itself tells them.
    private static readonly string[] Audit =
        ["id", "version", "dtCreated", "dtLastModified", "createdBy", "lastModifiedBy"];

    /// <summary>The members that differ, in the order of the newer state; members that are gone come last.</summary>
    internal static IReadOnlyList<JsonChange> Between(JsonElement? before, JsonElement? after)
    {
        var (old, now) = (Flat(before), Flat(after));
        return
        [
            .. now.Keys.Concat(old.Keys.Where(path => !now.ContainsKey(path)))
                .Where(path => !Audit.Contains(path))
                .Select(path => new JsonChange(path, old.GetValueOrDefault(path), now.GetValueOrDefault(path)))
                .Where(change => change.Before != change.After),
        ];
    }

    private static Dictionary<string, string> Flat(JsonElement? state)
    {
        var values = new Dictionary<string, string>();
        if (state is { } json)
            Add(values, "", json);
        return values;
    }

    private static void Add(Dictionary<string, string> values, string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    Add(values, path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value);
                break;
            case JsonValueKind.Array:
                foreach (var (index, entry) in value.EnumerateArray().Index())
                    Add(values, $"{path}[{index}]", entry);
                break;
            case JsonValueKind.Null:
                break;
            case JsonValueKind.String:
                values[path] = value.GetString()!;
                break;
            default:
                values[path] = value.GetRawText();
                break;
        }
    }
}
