using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Events;

/// <summary>Delivers events to subscribers and stores the position of each subscriber per organization.</summary>
/// <param name="resources">Runs changes.</param>
/// <param name="store">The document store.</param>
/// <param name="installation">The owner of data that belongs to no organization.</param>
public sealed class Subscriptions(ResourceService resources, IDocumentStore store, string installation)
{
    private const int EventsAtATime = 100;

    /// <summary>The document kind: one position per subscriber.</summary>
    public static DocumentKind Kind { get; } = new("event_position", [], _ => []);

    /// <summary>
    /// Subscribes a new subscriber to all existing organizations from now on. It receives all events of organizations
    /// created later.
    /// </summary>
    public async Task JoinAsync(
        IEventSubscriber subscriber, IReadOnlyList<string> organizationIds, CancellationToken cancellationToken)
    {
        if (await PositionAsync(resources.Reader(installation, cancellationToken), subscriber) is not null)
            return;
        foreach (var organizationId in organizationIds)
        {
            var newest = await QueryAsync(organizationId, new DocumentQuery { Limit = 1 }, cancellationToken);
            await ChangeAsync(organizationId, cancellationToken, change =>
                KeepAsync(change, subscriber, newest is [var last] ? last : null));
        }
        await ChangeAsync(installation, cancellationToken, change => KeepAsync(change, subscriber, null));
    }

    /// <summary>The next events of an organization for a subscriber; null if there are none.</summary>
    public async Task<EventDelivery?> NextAsync(
        IEventSubscriber subscriber, string organizationId, CancellationToken cancellationToken)
    {
        var position = await PositionAsync(resources.Reader(organizationId, cancellationToken), subscriber) ?? 0;
        // Nothing can be committed before this position any longer, because changes of one organization are sequential.
        var newest = await QueryAsync(
            organizationId, new DocumentQuery { AfterSequence = position, Limit = 1 }, cancellationToken);
        if (newest.Count == 0)
            return null;
        var next = await QueryAsync(
            organizationId,
            new DocumentQuery
            {
                AfterSequence = position,
                Where = subscriber.EventNames is { } names ? new Condition.In(ChangeEvents.Name, names) : null,
                IsAscending = true,
                Limit = EventsAtATime,
            },
            cancellationToken);
        var isLast = next.Count < EventsAtATime;
        var last = isLast ? newest.Concat(next).MaxBy(one => one.Sequence)! : next[^1];
        var events = next.Select(Read).ToList();
        return new EventDelivery(events.Count > 0 ? events[0].Time : Read(last).Time, isLast, HandleAsync);

        Task HandleAsync() => ChangeAsync(organizationId, cancellationToken, async change =>
        {
            if ((await PositionAsync(change.Related, subscriber) ?? 0) != position)
                return; // already handled
            if (events.Count > 0)
                await subscriber.HandleAsync(change, events);
            await KeepAsync(change, subscriber, last);
        });
    }

    /// <summary>Selects the events that all subscribers have handled, except very recent ones.</summary>
    public async ValueTask<Condition> HandledAsync(
        IEnumerable<IEventSubscriber> subscribers, string organizationId, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var conditions = new List<Condition>();
        foreach (var subscriber in subscribers)
            conditions.Add(ChangeEvents.BeforeEvent(await EventIdAsync(related, subscriber)));
        return Condition.And(conditions);
    }

    private Task ChangeAsync(
        string owner, CancellationToken cancellationToken, Func<ResourceChange, ValueTask> work) =>
        resources.ChangeAsync(owner, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            await work(change);
            return true;
        });

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
        _ = InstantText.TryParse(StatesOfEntity.Member(document.Json.Span, "eventTime"u8)!, out var time);
        return new ChangeEvent(
            document.Id, StatesOfEntity.Member(document.Json.Span, "eventName"u8)!, time, document.Json);
    }
}

/// <summary>Events to deliver to a subscriber.</summary>
/// <param name="Since">Time of the oldest of them.</param>
/// <param name="IsLast">True if there are no more.</param>
/// <param name="HandleAsync">Delivers them and stores the position, or neither if it throws.</param>
public sealed record EventDelivery(Instant Since, bool IsLast, Func<Task> HandleAsync);
