using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Events;

/// <summary>Reads events of all sources, and marks them as actioned.</summary>
internal sealed class EventOperations(EventPages pages, ActionedEvents actioned, EventRetention retention)
{
    private const string Root = "/organizations/{orgId}/events";

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Get("", "ListEvents", "List events", EventContract.Event with { IsPage = true },
            o => o.ListAsync) with
        {
            Parameters =
            [
                .. ResourceOperations.PageParameters(EventRequest.MaximumPageSize),
                Text("eventName", "Only events with this name."),
                Text("eventType", "Only events in this category."),
                Text("accountId", "Only events about the account with this UUID."),
                Text("resourceId", "Only events about the entity with this UUID."),
                Text("notificationId", "Only events that triggered the notification with this UUID."),
                Text("notificationCode", "Only events that triggered the notification with this code."),
                new("includeActioned", "Whether to include events that are marked as actioned. Default: true.",
                    new BooleanShape()),
                new("ids", "Only events with these UUIDs, at most 200. Cannot be combined with other filters.",
                    new ListShape(new TextShape())),
            ],
            Description = """
                Newest first. Events are retained for 28 days unless the installation is configured otherwise. Every
                creation, update and deletion of an entity raises an event such as `configuration.meter.updated`. Its
                `m3terEvent` contains the entity in `eventData.newDto`, its previous state in `eventData.oldDto`, the
                `resourceId`, and the `actor` who made the change. Every measurement that was accepted and failed
                afterwards raises an event `ingest.validation.failure` (`eventType` is `IngestValidationFailure`). The
                `eventData.newDto` of its `m3terEvent` contains the `type` (UndefinedMeter, DuplicateField,
                MissingField, InvalidAccountCode, DuplicateUid), a `message`, the `field` at fault, `meter`, `account`,
                `uid`, and a `getDownloadUrl`. An invalid row of an uploaded file has the `type` InvalidRow and, instead
                of `meter`, `account` and `uid`, the `jobId`, the `row` and the `line`. A page can have fewer events
                than requested; the last one has no `nextToken`.
                """,
        },
        Get("/{id}", "GetEvent", "Retrieve an event", EventContract.Event, o => o.GetAsync),
        Get("/types", "ListEventTypes", "List event types", EventContract.Types, o => o.TypesAsync),
        Get("/fields", "ListEventFields", "List the fields of events", EventContract.Fields, o => o.FieldsAsync) with
        {
            Parameters = [Text("eventName", "Only events with this name.")],
        },
        new("PUT", Root + "/{id}/actioned", "PutEventActioned", ApiOperations.OwnTag, "Mark an event as actioned",
            EventContract.Event, Run.By<EventOperations>(o => o.MarkAsync))
        {
            Permission = Permission.On(PermissionAction.ConfigUpdate, "config:event"),
            Description = """
                Sets `dtActioned`. An event that is already marked is left unchanged. The request has no body.
                """,
        },
    ];

    private static ApiOperation Get(
        string path, string id, string summary, ApiSchema answer, Func<EventOperations, Func<ApiCall, Task>> handle) =>
        new("GET", Root + path, id, "Events", summary, answer, Run.By(handle))
        {
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:event"),
        };

    private static ApiParameter Text(string name, string description) => new(name, description, new TextShape());

    private async Task ListAsync(ApiCall call)
    {
        var request = EventRequest.Read(call.Http.Request);
        var list = $"Event|{call.OrganizationId}";
        var places = PageToken.Read(list, QueryText.Single(call.Http.Request, "nextToken"), pages.Sources.Count);
        var (events, next) = request.Ids is { } ids
            ? (await FindAllAsync(call, ids), null)
            : await pages.ReadAsync(call, request, places);
        await JsonAnswer.WritePageAsync(
            call.Http, [.. (await DescribeAsync(call, events)).Select(JsonFormat.Write)],
            next is null ? null : PageToken.Write(list, next));
    }

    private async Task<IReadOnlyList<RecordedEvent>> FindAllAsync(ApiCall call, IReadOnlyList<string> ids)
    {
        var found = new List<RecordedEvent>();
        foreach (var id in ids.Distinct())
        {
            if (await pages.FindAsync(call, id) is { } one)
                found.Add(one);
        }
        return [.. found.OrderByDescending(one => one.Time).ThenByDescending(one => one.Place)];
    }

    private async Task GetAsync(ApiCall call) =>
        await AnswerAsync(call, (await DescribeAsync(call, [await FindAsync(call)]))[0]);

    private Task TypesAsync(ApiCall call) => AnswerAsync(call, new JsonObject
    {
        ["events"] = new JsonArray([.. Names().Select(name => (JsonNode?)name)]),
    });

    private Task FieldsAsync(ApiCall call)
    {
        var asked = QueryText.Single(call.Http.Request, "eventName");
        var events = new JsonObject();
        foreach (var source in pages.Sources)
        {
            foreach (var name in source.Names.Where(name => (asked ?? name) == name))
            {
                events[name] = new JsonObject(source.FieldsOf(name)
                    .Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value)));
            }
        }
        return AnswerAsync(call, new JsonObject { ["events"] = events });
    }

    private IEnumerable<string> Names() =>
        pages.Sources.SelectMany(source => source.Names).Order(StringComparer.Ordinal);

    private async Task MarkAsync(ApiCall call)
    {
        var marked = await FindAsync(call);
        await actioned.MarkAsync(
            call.OrganizationId, call.Caller.AuditName, marked, retention.Since, call.Cancelled);
        await GetAsync(call);
    }

    private async Task<RecordedEvent> FindAsync(ApiCall call)
    {
        var id = call.Route("id");
        return await pages.FindAsync(call, id)
            ?? throw new NotFoundException($"Event '{id}' does not exist");
    }

    private static Task AnswerAsync(ApiCall call, JsonObject answer) => call.AnswerAsync(JsonFormat.Write(answer));

    private async Task<IReadOnlyList<JsonObject>> DescribeAsync(
        ApiCall call, IReadOnlyList<RecordedEvent> events)
    {
        var marks = await actioned.FindAsync(
            call.OrganizationId, [.. events.Select(one => one.Id)], call.Cancelled);
        return
        [
            .. events.Select(one => new JsonObject
            {
                ["id"] = one.Id,
                ["eventName"] = one.Name,
                ["eventTime"] = InstantText.Write(one.Time),
                ["m3terEvent"] = one.Describe(call),
                ["dtActioned"] = marks.TryGetValue(one.Id, out var time) ? time : null,
            }),
        ];
    }
}
