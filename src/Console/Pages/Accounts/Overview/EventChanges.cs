using System.Text.Json;
using Tallystick.Client;

namespace Tallystick.Console.Pages.Accounts.Overview;

/// <summary>What an event changed.</summary>
internal static class EventChanges
{
    private const int MaxText = 120;

    // They change with each event, or never.
    private static readonly HashSet<string> Quiet =
        ["version", "dtLastModified", "lastModifiedBy", "dtCreated", "createdBy", "orgId", "id"];

    /// <summary>Who did it.</summary>
    internal static string? Actor(Event told) => Member(told.M3terEvent, "actor") is { } actor ? Text(actor) : null;

    /// <summary>The members that differ, each with what it was and what it is.</summary>
    internal static IEnumerable<(string Name, string? Before, string? After)> Of(Event told)
    {
        var data = Member(told.M3terEvent, "eventData");
        var (before, after) = (Members(data, "oldDto"), Members(data, "newDto"));
        return before.Keys.Union(after.Keys)
            .Where(name => !Quiet.Contains(name))
            .Select(name => (name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
            .Where(change => change.Item2 != change.Item3)
            .OrderBy(change => change.name, StringComparer.Ordinal);
    }

    private static Dictionary<string, string?> Members(JsonElement? data, string state) =>
        data is { } whole && Member(whole, state) is { ValueKind: JsonValueKind.Object } dto
            ? dto.EnumerateObject().ToDictionary(member => member.Name, member => (string?)Text(member.Value)) : [];

    private static JsonElement? Member(JsonElement whole, string name) =>
        whole.ValueKind == JsonValueKind.Object && whole.TryGetProperty(name, out var member) ? member : null;

    private static string Text(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length > MaxText ? text[..MaxText] + "…" : text;
    }
}
