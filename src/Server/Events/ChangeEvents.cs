using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Server.Http;
using Tallystick.Server.Permissions;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Events;

/// <summary>
/// The events of created, updated and deleted entities: what was before and after, who did it and when. Each is written
/// in the change that it tells of and does not change any more; together they are the audit trail.
/// </summary>
internal sealed class ChangeEvents(IDocumentStore store, EventRetention retention) : IEventSource
{
    /// <summary>The column of what happened.</summary>
    internal const string Name = "event_name";

    /// <summary>The column of what it happened to.</summary>
    internal const string ResourceId = "resource_id";

    private const string AccountId = "account_id";

    /// <summary>Events that one change deletes: others wait for it some milliseconds.</summary>
    private const int MostAtOnce = 500;

    /// <summary>Letters of an id that tell the time.</summary>
    private const int TimeOfId = 13;

    /// <summary>What can happen to an entity.</summary>
    internal static readonly string[] Changes = ["created", "updated", "deleted"];

    private static readonly string[] Audit =
        ["version", "dtCreated", "dtLastModified", "createdBy", "lastModifiedBy"];

    /// <summary>The kinds that have events.</summary>
    internal static readonly IReadOnlyList<ResourceDefinition> Told =
        [.. ResourceCatalog.All.Where(definition => definition.EventName is not null)];

    /// <summary>The kind that the store must keep.</summary>
    internal static DocumentKind Kind { get; } = new(
        "change_event",
        [new DocumentColumn(Name, HasFewValues: true), new(ResourceId), new(AccountId)],
        json => ColumnsOf(JsonNode.Parse(json.Span)!.AsObject()));

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } =
        [.. Told.SelectMany(definition => Changes.Select(change => $"{definition.EventName}.{change}"))];

    /// <summary>Writes the event of a change.</summary>
    /// <param name="transaction">The transaction of the change.</param>
    /// <param name="related">Reads within it.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="entity">The kind of the entity.</param>
    /// <param name="before">The entity as it was; null when it was created.</param>
    /// <param name="after">The entity as it is; null when it was deleted.</param>
    /// <param name="by">Who changed it, and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async ValueTask WriteAsync(
        IDocumentTransaction transaction,
        ResourceReader related,
        string organizationId,
        ResourceDefinition entity,
        Resource? before,
        Resource? after,
        (string Principal, Instant Time) by,
        CancellationToken cancellationToken)
    {
        if (entity.EventName is null)
            return;
        var change = (before, after) switch { (null, _) => "created", (_, null) => "deleted", _ => "updated" };
        var told = new JsonObject
        {
            ["eventName"] = $"{entity.EventName}.{change}",
            ["eventTime"] = InstantText.Sortable(by.Time),
            ["resourceId"] = (after ?? before)!.Id,
            ["actor"] = by.Principal,
        };
        foreach (var (name, state) in new[] { ("newDto", after), ("oldDto", before) })
        {
            if (state is not null)
                told[name] = await TellAsync(entity, state, organizationId, related);
        }
        await transaction.AppendAsync(
            Kind, organizationId,
            new DocumentWrite(NewId(by.Time), 1, JsonAnswer.Write(told), ColumnsOf(told)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> FieldsOf(string name)
    {
        var entity = Told.First(definition => name.StartsWith(definition.EventName + ".", StringComparison.Ordinal));
        string[] states = name[(entity.EventName!.Length + 1)..] switch
        {
            "created" => ["new"],
            "deleted" => ["old"],
            _ => ["new", "old"],
        };
        var members = entity.Shape.Members.Where(member => !Audit.Contains(member.Name))
            .Select(member => (member.Name, Type: TypeOf(member.Shape))).ToList();
        if (members.Any(member => member.Name == "accountId"))
            members.Add(("accountCode", "string"));
        if (members.All(member => member.Name != "customFields"))
            members.Add(("customFields", "map")); // empty where the entity has none
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
            conditions.Add(Condition.Equal(Name, name));
        if (request.ResourceId is { } resource)
            conditions.Add(Condition.Equal(ResourceId, resource));
        if (request.AccountId is { } account)
            conditions.Add(Condition.Or(Condition.Equal(AccountId, account), Condition.Equal(ResourceId, account)));
        var found = await store.QueryAsync(
            Kind, call.OrganizationId,
            new DocumentQuery { Where = Condition.And(conditions), BeforeSequence = before, Limit = limit },
            call.Cancelled);
        // The latest come first, so that those no longer kept are the last ones of all.
        var since = retention.Since;
        return [.. found.Select(Read).Where(one => one.Time >= since)];
    }

    /// <inheritdoc/>
    public async Task<RecordedEvent?> FindAsync(string organizationId, string id, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(Kind, organizationId, id, cancellationToken);
        return found is not null && Read(found) is var one && one.Time >= retention.Since ? one : null;
    }

    /// <summary>Deletes the events that are older than they are kept, in changes that hold nobody up.</summary>
    internal async Task ForgetAsync(string organizationId, CancellationToken cancellationToken)
    {
        var old = new Condition.Compare("id", Comparison.Less, NewId(retention.Since)[..TimeOfId]);
        int deleted;
        do
        {
            deleted = await store.TransactAsync(
                organizationId,
                transaction => transaction.DeleteAllAsync(
                    Kind, organizationId, old, cancellationToken, MostAtOnce),
                cancellationToken);
        }
        while (deleted == MostAtOnce);
    }

    // The first letters of an id are its time, so that older events have lesser ids.
    private static string NewId(Instant time) => Guid.CreateVersion7(time.ToDateTimeOffset()).ToString();

    // As the API answers it, with what a rule may want to know besides (Events: Event JSON).
    private static async ValueTask<JsonObject> TellAsync(
        ResourceDefinition entity, Resource state, string organizationId, ResourceReader related)
    {
        var told = JsonNode.Parse(entity.Write(state))!.AsObject();
        told["orgId"] = organizationId;
        if ((string?)told["accountId"] is { } account && await related.FindAsync<Account>(account) is { } owner)
            told["accountCode"] = owner.Code;
        return told;
    }

    private static string?[] ColumnsOf(JsonObject told)
    {
        var entity = (told["newDto"] ?? told["oldDto"])!;
        return [(string?)told["eventName"], (string?)told["resourceId"], (string?)entity["accountId"]];
    }

    // The account that an event is about: of an account's own events it is the resource, and not in the column.
    private static string? AccountOf(JsonObject told) =>
        ((string)told["eventName"]!).StartsWith("configuration.account.", StringComparison.Ordinal)
            ? (string?)told["resourceId"]
            : ColumnsOf(told)[2];

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
