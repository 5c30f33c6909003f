using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Api.Events;

/// <summary>Which events were marked as followed up: a document under the id of the event.</summary>
internal sealed class ActionedEvents(ResourceService resources)
{
    private const int MaxForgotten = 200;
    private const string EventTime = "event_time";

    /// <summary>The kind that the store must keep.</summary>
    internal static DocumentKind Kind { get; } = new(
        "actioned_event", [new DocumentColumn(EventTime)],
        json => [(string?)JsonNode.Parse(json.Span)!["eventTime"]]);

    /// <summary>When those of the events were marked that were.</summary>
    internal async ValueTask<IReadOnlyDictionary<string, string>> FindAsync(
        string organizationId, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var found = await resources.Reader(organizationId, cancellationToken).FindDocumentsAsync(Kind, ids);
        return found.ToDictionary(
            document => document.Key, document => (string)JsonNode.Parse(document.Value.Span)!["dtActioned"]!,
            StringComparer.Ordinal);
    }

    /// <summary>Marks an event; one that is marked stays so. Marks of events that are gone are forgotten.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="principal">Who marks it.</param>
    /// <param name="marked">The event.</param>
    /// <param name="since">Events before this instant are gone.</param>
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
