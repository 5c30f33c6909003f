using System.Buffers;
using System.Text.Json;
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
    /// <param name="eventName">Name of the events of the kind.</param>
    /// <param name="id">The id of the entity.</param>
    /// <param name="before">The JSON of the previous state; null if it was created.</param>
    /// <param name="after">The JSON of the new state; null if it was deleted.</param>
    /// <param name="by">Who made the change, and when.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    internal async ValueTask WriteAsync(
        IDocumentTransaction transaction,
        IResourceReader related,
        string organizationId,
        string eventName,
        string id,
        byte[]? before,
        byte[]? after,
        (string Principal, Instant Time) by,
        CancellationToken cancellationToken)
    {
        var name = $"{eventName}.{(before, after) switch
        {
            (null, _) => "created",
            (_, null) => "deleted",
            _ => "updated",
        }}";
        var accountId = StatesOfEntity.Member(after ?? before, "accountId"u8);
        var json = new ArrayBufferWriter<byte>(1024);
        await using (var writer = new Utf8JsonWriter(json, JsonFormat.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("eventName"u8, name);
            writer.WriteString("eventTime"u8, InstantText.Sortable(by.Time));
            writer.WriteString("resourceId"u8, id);
            writer.WriteString("actor"u8, by.Principal);
            foreach (var (member, state) in new[] { ("newDto", after), ("oldDto", before) })
            {
                if (state is { } recorded)
                    await StatesOfEntity.WriteAsync(writer, member, recorded, organizationId, details, related);
            }
            writer.WriteEndObject();
        }
        await transaction.AppendAsync(
            Kind, organizationId,
            new DocumentWrite(NewId(by.Time), 1, json.WrittenMemory, [name, id, accountId]), cancellationToken);
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
}

/// <summary>Adds a member to an entity in an event, as of the time of the change.</summary>
public interface IEventDetail
{
    /// <summary>Name of the member. An entity that has it keeps its own.</summary>
    JsonEncodedText Name { get; }

    /// <summary>The value for an entity; null for none.</summary>
    /// <param name="accountId">The account that it belongs to; null for none.</param>
    /// <param name="related">Reads within the change.</param>
    ValueTask<string?> OfAsync(string? accountId, IResourceReader related);
}
