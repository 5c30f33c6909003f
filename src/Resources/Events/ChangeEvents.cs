using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Events;

/// <summary>
/// The events of created, updated and deleted entities: the state before and after, who made the change and when. An
/// event is written in the change that it records and is immutable. Events are the audit trail and the outbox for
/// subscribers.
/// </summary>
/// <param name="details">Add further members for readers of the event.</param>
public sealed class ChangeEvents(IReadOnlyList<IEventDetail> details)
{
    /// <summary>The column with the name of the event.</summary>
    public const string Name = "event_name";

    /// <summary>The column with the id of the entity.</summary>
    public const string ResourceId = "resource_id";

    /// <summary>The column with the account of the entity.</summary>
    public const string AccountId = "account_id";

    private const int TimeOfId = 13;

    /// <summary>What can happen to an entity.</summary>
    public static IReadOnlyList<string> Changes { get; } = ["created", "updated", "deleted"];

    /// <summary>The document kind.</summary>
    public static DocumentKind Kind { get; } = new(
        "change_event",
        [new DocumentColumn(Name, HasFewValues: true), new(ResourceId), new(AccountId)],
        json => ColumnsOf(JsonNode.Parse(json.Span)!.AsObject()));

    /// <summary>Writes the event of a change.</summary>
    /// <param name="transaction">The transaction of the change.</param>
    /// <param name="related">Reads within it.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="entity">The kind of the entity.</param>
    /// <param name="before">The previous state; null if it was created.</param>
    /// <param name="after">The new state; null if it was deleted.</param>
    /// <param name="by">Who made the change, and when.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    internal async ValueTask WriteAsync(
        IDocumentTransaction transaction,
        IResourceReader related,
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
        var recorded = new JsonObject
        {
            ["eventName"] = $"{entity.EventName}.{change}",
            ["eventTime"] = InstantText.Sortable(by.Time),
            ["resourceId"] = (after ?? before)!.Id,
            ["actor"] = by.Principal,
        };
        foreach (var (name, state) in new[] { ("newDto", after), ("oldDto", before) })
        {
            if (state is not null)
                recorded[name] = await RecordAsync(entity, state, organizationId, related);
        }
        await transaction.AppendAsync(
            Kind, organizationId,
            new DocumentWrite(NewId(by.Time), 1, JsonFormat.Write(recorded), ColumnsOf(recorded)),
            cancellationToken);
    }

    /// <summary>Selects the events before an instant. Ids start with their time.</summary>
    public static Condition Before(Instant time) =>
        new Condition.Compare("id", Comparison.Less, NewId(time)[..TimeOfId]);

    /// <summary>Selects the events before the time of an event, given by its id; none for an empty id.</summary>
    internal static Condition BeforeEvent(string id) =>
        new Condition.Compare("id", Comparison.Less, id.Length < TimeOfId ? id : id[..TimeOfId]);

    /// <summary>The values of the columns of an event.</summary>
    public static string?[] ColumnsOf(JsonObject recorded)
    {
        var entity = (recorded["newDto"] ?? recorded["oldDto"])!;
        return [(string?)recorded["eventName"], (string?)recorded["resourceId"], (string?)entity["accountId"]];
    }

    private static string NewId(Instant time) => Guid.CreateVersion7(time.ToDateTimeOffset()).ToString();

    // As returned by the API, with further members for rules.
    private async ValueTask<JsonObject> RecordAsync(
        ResourceDefinition entity, Resource state, string organizationId, IResourceReader related)
    {
        var recorded = JsonNode.Parse(entity.Write(state))!.AsObject();
        recorded["orgId"] = organizationId;
        foreach (var detail in details)
            await detail.AddAsync(recorded, related);
        return recorded;
    }
}

/// <summary>Adds members to an entity in an event, as of the time of the change.</summary>
public interface IEventDetail
{
    /// <summary>Adds members.</summary>
    /// <param name="entity">The entity as JSON.</param>
    /// <param name="related">Reads within the change.</param>
    ValueTask AddAsync(JsonObject entity, IResourceReader related);
}
