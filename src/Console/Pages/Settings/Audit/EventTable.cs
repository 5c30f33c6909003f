using System.Text.Json;
using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.Audit;

/// <summary>The table of events.</summary>
internal static class EventTable
{
    // Names of events run the words of a kind together.
    private static readonly Dictionary<string, string> Kinds = new[]
    {
        "access key", "account plan", "balance amount", "balance charge schedule", "balance transaction schedule",
        "balance transaction", "bill config", "bill grouping key", "bill job", "compound aggregation",
        "counter adjustment", "counter pricing", "credit line item", "credit reason", "custom field", "custom fields",
        "debit line item", "debit reason", "external mapping", "invoice settings", "lookup table data job",
        "lookup table data", "lookup table revision", "lookup table", "measurement erasure", "measurement void",
        "org user invitation", "org user", "organization config", "otlp mapping", "permission policy",
        "plan group link", "plan group", "plan template", "principal permission", "resource group item",
        "resource group", "saved query", "service user", "statement definition", "statement job", "support access",
        "transaction type", "usage saved query",
    }.ToDictionary(words => words.Replace(" ", "", StringComparison.Ordinal));

    private static readonly ReferenceKind Types = new("events/types", (api, _) => TypesAsync(api)) { IsShort = true };

    internal static TableDefinition<Event> Definition { get; } = new()
    {
        Name = "audit-trail",
        Operation = "GET events",
        Load = query => query.Api.Client.Events.ListAsync(
            query.PageSize, eventName: query["eventName"], resourceId: query["resourceId"]),
        Key = one => one.Id,
        Page = one => $"settings/audit-trail/{one.Id}",
        Columns = new Columns<Event>()
            .Text("What", WordsOf)
            .Time("When", one => one.EventTime)
            .Reference("User", References.Users, one => ActorOf(one, "USER_"))
            .Reference("Service user", References.ServiceUsers, one => ActorOf(one, "SERVICEUSER_"))
            .Code("Resource", one => TextOf(one, "resourceId"))
            .Code("Event name", one => one.EventName).Extra()
            .Code("Id", one => one.Id).Extra(),
        Filters =
        [
            new("eventName", "What") { Reference = Types },
            new("resourceId", "Id of the resource"),
        ],
    };

    /// <summary>What happened, in words: "Meter updated".</summary>
    internal static string WordsOf(Event one) => WordsOf(one.EventName);

    /// <summary>The id of the actor, if it is of the kind; null otherwise.</summary>
    internal static string? ActorOf(Event one, string kind) =>
        TextOf(one, "actor") is { } actor && actor.StartsWith(kind, StringComparison.Ordinal)
            ? actor[kind.Length..] : null;

    /// <summary>A member of the event; null if it has none.</summary>
    internal static string? TextOf(Event one, string member) =>
        one.M3terEvent.ValueKind == JsonValueKind.Object && one.M3terEvent.TryGetProperty(member, out var value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    /// <summary>The state of the resource before or after; null for none.</summary>
    internal static JsonElement? StateOf(Event one, string member) =>
        one.M3terEvent.ValueKind == JsonValueKind.Object && one.M3terEvent.TryGetProperty("eventData", out var data)
            && data.TryGetProperty(member, out var state) && state.ValueKind == JsonValueKind.Object ? state : null;

    private static string WordsOf(string name)
    {
        var parts = name.Split('.');
        var words = string.Join(' ', parts.Skip(Math.Max(0, parts.Length - 2)).Select(
            part => Kinds.GetValueOrDefault(part, part)));
        return Words.Of(words);
    }

    private static async IAsyncEnumerable<Referenced> TypesAsync(OrganizationApi api)
    {
        foreach (var name in (await api.Client.Events.GetTypesAsync(api.Cancelled)).Events ?? [])
            yield return new Referenced(name, WordsOf(name), null);
    }
}
