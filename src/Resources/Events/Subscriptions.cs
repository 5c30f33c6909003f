using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Events;

/// <summary>Hands events to subscribers and keeps, per organization, how far each of them is.</summary>
public sealed class Subscriptions(ResourceService resources, IDocumentStore store)
{
    private const string Principal = "SYSTEM";
    private const int EventsAtATime = 100;

    /// <summary>The kind that the store must keep: one position for each subscriber.</summary>
    public static DocumentKind Kind { get; } = new("event_position", [], _ => []);

    /// <summary>
    /// Lets a subscriber join an organization that it has no position in: it gets the events from now on.
    /// </summary>
    public Task JoinAsync(
        IEventSubscriber subscriber, string organizationId, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, Principal, cancellationToken, async change =>
        {
            if (await PositionAsync(change.Related, subscriber) is null)
            {
                var newest = await QueryAsync(organizationId, new DocumentQuery { Limit = 1 }, cancellationToken);
                await KeepAsync(change, subscriber, newest is [var last] ? last : null);
            }
            return true;
        });

    /// <summary>Hands the next events of an organization to a subscriber.</summary>
    /// <returns>True when there may be more.</returns>
    public async Task<bool> DeliverAsync(
        IEventSubscriber subscriber, string organizationId, CancellationToken cancellationToken)
    {
        var position = await PositionAsync(resources.Reader(organizationId, cancellationToken), subscriber) ?? 0;
        // What is committed is never before it any more: changes of one organization happen one after the other.
        var next = await QueryAsync(
            organizationId,
            new DocumentQuery { AfterSequence = position, IsAscending = true, Limit = EventsAtATime },
            cancellationToken);
        if (next.Count == 0)
            return false;
        var events = next.Select(Read).ToList();
        await resources.ChangeAsync(organizationId, Principal, cancellationToken, async change =>
        {
            if ((await PositionAsync(change.Related, subscriber) ?? 0) != position)
                return false; // handled meanwhile
            await subscriber.HandleAsync(change, events);
            await KeepAsync(change, subscriber, next[^1]);
            return true;
        });
        return next.Count == EventsAtATime;
    }

    /// <summary>
    /// Selects the events that all subscribers have handled, apart from those of the last moment; null for none.
    /// </summary>
    public async ValueTask<Condition> HandledAsync(
        IEnumerable<IEventSubscriber> subscribers, string organizationId, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var conditions = new List<Condition>();
        foreach (var subscriber in subscribers)
            conditions.Add(ChangeEvents.BeforeEvent(await EventIdAsync(related, subscriber)));
        return Condition.And(conditions);
    }

    private ValueTask<IReadOnlyList<Document>> QueryAsync(
        string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
        store.QueryAsync(ChangeEvents.Kind, organizationId, query, cancellationToken);

    private static async ValueTask<long?> PositionAsync(ResourceReader related, IEventSubscriber subscriber) =>
        (long?)(await FindAsync(related, subscriber))?["sequence"];

    private static async ValueTask<string> EventIdAsync(ResourceReader related, IEventSubscriber subscriber) =>
        (string?)(await FindAsync(related, subscriber))?["eventId"] ?? "";

    private static async ValueTask<JsonNode?> FindAsync(ResourceReader related, IEventSubscriber subscriber) =>
        (await related.FindDocumentsAsync(Kind, [subscriber.Name])).TryGetValue(subscriber.Name, out var json)
            ? JsonNode.Parse(json.Span) : null;

    private static ValueTask KeepAsync(ResourceChange change, IEventSubscriber subscriber, Document? last) =>
        change.PutDocumentAsync(Kind, subscriber.Name, JsonFormat.Write(new JsonObject
        {
            ["sequence"] = last?.Sequence ?? 0,
            ["eventId"] = last?.Id ?? "",
        }));

    private static ChangeEvent Read(Document document)
    {
        using var json = JsonDocument.Parse(document.Json);
        _ = InstantText.TryParse(json.RootElement.GetProperty("eventTime").GetString()!, out var time);
        return new ChangeEvent(
            document.Id, json.RootElement.GetProperty("eventName").GetString()!, time, document.Json);
    }
}
