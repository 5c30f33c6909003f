using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Api.Events;

/// <summary>Stores which events were marked as actioned, as documents with the id of the event.</summary>
internal sealed class ActionedEvents(ResourceService resources)
{
    private const int MaxForgotten = 200;
    private const string EventTime = "event_time";

    /// <summary>The kind of document, which must be registered with the store.</summary>
    internal static DocumentKind Kind { get; } = new(
        "actioned_event", [new DocumentColumn(EventTime)],
        json => [(string?)JsonNode.Parse(json.Span)!["eventTime"]]);

    /// <summary>The times at which events were marked, by id; without events that were not marked.</summary>
    internal async ValueTask<IReadOnlyDictionary<string, string>> FindAsync(
        string organizationId, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var found = await resources.Reader(organizationId, cancellationToken).FindDocumentsAsync(Kind, ids);
        return found.ToDictionary(
            document => document.Key, document => (string)JsonNode.Parse(document.Value.Span)!["dtActioned"]!,
            StringComparer.Ordinal);
    }

    /// <summary>Marks an event, or does nothing if it is already marked. Deletes the marks of expired events.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="principal">The caller.</param>
    /// <param name="marked">The event.</param>
    /// <param name="since">Events before this instant have expired.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    internal Task MarkAsync(
        string organizationId, string principal, RecordedEvent marked, Instant since,
        CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            await change.RemoveDocumentsAsync(
                Kind, new Condition.Compare(EventTime, Comparison.Less, InstantText.Sortable(since)), MaxForgotten);
            if ((await change.Related.FindDocumentsAsync(Kind, [marked.Id])).Count > 0)
                return false;
            var eventTime = InstantText.Sortable(marked.Time);
            var mark = new JsonObject
            {
                ["dtActioned"] = InstantText.Write(change.Now),
                ["eventTime"] = eventTime,
            };
            await change.PutDocumentAsync(Kind, marked.Id, JsonFormat.Write(mark), eventTime);
            return true;
        });
}
