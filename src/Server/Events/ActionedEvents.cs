using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Events;

/// <summary>Which events were marked as followed up: a document under the id of the event.</summary>
internal sealed class ActionedEvents(IDocumentStore store, IClock clock)
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
        var found = await store.QueryAsync(
            Kind, organizationId, new DocumentQuery { Where = new Condition.In("id", ids) }, cancellationToken);
        return found.ToDictionary(
            document => document.Id, document => (string)JsonNode.Parse(document.Json.Span)!["dtActioned"]!,
            StringComparer.Ordinal);
    }

    /// <summary>Marks an event; one that is marked stays so. Marks of events that are gone are forgotten.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="id">Id of the event.</param>
    /// <param name="time">Time of the event.</param>
    /// <param name="since">Events before this instant are gone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task MarkAsync(
        string organizationId, string id, Instant time, Instant since, CancellationToken cancellationToken) =>
        store.TransactAsync(
            organizationId,
            async transaction =>
            {
                var gone = await transaction.QueryAsync(
                    Kind, organizationId,
                    new DocumentQuery
                    {
                        Where = new Condition.Compare(EventTime, Comparison.Less, InstantText.Sortable(since)),
                        Limit = MaxForgotten,
                    },
                    cancellationToken);
                foreach (var document in gone)
                    await transaction.DeleteAsync(Kind, organizationId, document.Id, cancellationToken);
                if (await transaction.FindAsync(Kind, organizationId, id, cancellationToken) is not null)
                    return false;
                var eventTime = InstantText.Sortable(time);
                var mark = new JsonObject
                {
                    ["dtActioned"] = InstantText.Write(clock.GetCurrentInstant()),
                    ["eventTime"] = eventTime,
                };
                await transaction.InsertAsync(
                    Kind, organizationId, new DocumentWrite(id, 1, JsonFormat.Write(mark), [eventTime]),
                    cancellationToken);
                return true;
            },
            cancellationToken);
}
