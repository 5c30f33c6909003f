using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Events;

/// <summary>Reads the events of changes for the Events API.</summary>
internal sealed class ChangeEventSource(
    IDocumentStore store, ResourceService resources, EventRetention retention, Subscriptions subscriptions,
    IEnumerable<IEventSubscriber> subscribers) : IEventSource
{
    /// <summary>Number of events to delete in one change, which blocks other changes for some milliseconds.</summary>
    private const int MaxAtOnce = 500;

    private static readonly string[] Audit =
        ["version", "dtCreated", "dtLastModified", "createdBy", "lastModifiedBy"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [.. RecordedKinds.All.SelectMany(RecordedKinds.NamesOf)];

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> FieldsOf(string name)
    {
        var entity = RecordedKinds.All.First(
            definition => name.StartsWith(definition.EventName + ".", StringComparison.Ordinal));
        string[] states = name[(entity.EventName!.Length + 1)..] switch
        {
            "created" => ["new"],
            "deleted" => ["old"],
            _ => ["new", "old"],
        };
        var members = entity.Shape.Members.Where(member => !Audit.Contains(member.Name))
            .Select(member => (member.Name, Type: TypeOf(member.Shape))).ToList();
        if (members.Any(member => member.Name == "accountId") && members.All(member => member.Name != "accountCode"))
            members.Add(("accountCode", "string"));
        if (members.All(member => member.Name != "customFields"))
            members.Add(("customFields", "map")); // present even if the entity has none
        return states.SelectMany(state => members
            .OrderBy(member => member.Name, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create($"{state}.{member.Name}", member.Type)));
    }

    /// <inheritdoc/>
    public bool MayHave(EventRequest request, Grants caller) =>
        request is { Category: null, IsOfNotification: false } && VisibleEvents.Of(caller) is not { IsNone: true };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RecordedEvent>> ReadAsync(
        ApiCall call, EventRequest request, long before, int limit)
    {
        var conditions = new List<Condition>();
        if (VisibleEvents.Of(call.Grants) is { Condition: { } visible })
            conditions.Add(visible);
        if (request.EventName is { } name)
            conditions.Add(Condition.Equal(ChangeEvents.Name, name));
        if (request.ResourceId is { } resource)
            conditions.Add(Condition.Equal(ChangeEvents.ResourceId, resource));
        if (request.AccountId is { } account)
            conditions.Add(Condition.Or(
                Condition.Equal(ChangeEvents.AccountId, account), Condition.Equal(ChangeEvents.ResourceId, account)));
        var found = await store.QueryAsync(
            ChangeEvents.Kind, call.OrganizationId,
            new DocumentQuery { Where = Condition.And(conditions), BeforeSequence = before, Limit = limit },
            call.Cancelled);
        // Events are sorted latest first, so expired events are at the end.
        var since = retention.Since;
        return [.. found.Select(Read).Where(one => one.Time >= since)];
    }

    /// <inheritdoc/>
    public async Task<RecordedEvent?> FindAsync(string organizationId, string id, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(ChangeEvents.Kind, organizationId, id, cancellationToken);
        return found is not null && Read(found) is var one && one.Time >= retention.Since ? one : null;
    }

    /// <summary>
    /// Deletes expired events that all subscribers have handled, in several small changes so that other changes are not
    /// delayed.
    /// </summary>
    internal async Task ForgetAsync(string organizationId, CancellationToken cancellationToken)
    {
        var old = Condition.And(
            ChangeEvents.Before(retention.Since),
            await subscriptions.HandledAsync(subscribers, organizationId, cancellationToken));
        int deleted;
        do
        {
            deleted = await resources.ChangeAsync(
                organizationId, ResourceService.SystemPrincipal, cancellationToken,
                change => change.RemoveDocumentsAsync(ChangeEvents.Kind, old, MaxAtOnce));
        }
        while (deleted == MaxAtOnce);
    }

    // The account of an event. For events of an account itself, it is the resource and not in the column.
    private static string? AccountOf(JsonObject told) =>
        ((string)told["eventName"]!).StartsWith("configuration.account.", StringComparison.Ordinal)
            ? (string?)told["resourceId"]
            : ChangeEvents.ColumnsOf(told)[2];

    private static RecordedEvent Read(Document document)
    {
        var told = JsonNode.Parse(document.Json.Span)!.AsObject();
        _ = InstantText.TryParse((string)told["eventTime"]!, out var time);
        return new RecordedEvent(
            document.Sequence, document.Id, (string)told["eventName"]!, time, AccountOf(told),
            call =>
            {
                var data = new JsonObject();
                foreach (var state in new[] { "newDto", "oldDto" })
                {
                    if (told[state] is { } dto)
                        data[state] = VisibleEvents.Tell(dto, call.Grants);
                }
                return new JsonObject
                {
                    ["resourceId"] = told["resourceId"]!.DeepClone(),
                    ["actor"] = told["actor"]!.DeepClone(),
                    ["eventData"] = data,
                };
            },
            caller => VisibleEvents.IsVisible(told, caller));
    }

    private static string TypeOf(JsonShape shape) => shape switch
    {
        NumberShape { IntegerBits: not null } => "int",
        NumberShape => "double",
        BooleanShape => "boolean",
        ListShape => "array",
        MapShape or ObjectShape or AnyShape => "map",
        _ => "string",
    };
}
