using System.Text.Json.Nodes;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Downloads;
using Tallystick.Server.Http;
using Tallystick.Server.Permissions;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Events;

/// <summary>
/// Reading events. There is one kind so far, those of failed measurements; a list of several kinds is theirs merged by
/// time.
/// </summary>
internal static class EventOperations
{
    // A rare account must not make one request read all failures: the page is then shorter, and has a next one.
    private const int MostRead = 5_000;
    private const int ReadAtOnce = 200;
    private const string Root = "/organizations/{orgId}/events";

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Get("", "ListEvents", "List events", EventContract.Event with { IsPage = true }, ListAsync) with
        {
            Parameters =
            [
                .. ResourceOperations.PageParameters(EventRequest.MaximumPageSize),
                Text("eventName", "Only events of this name."),
                Text("eventType", "Only events of this category."),
                Text("accountId", "Only events of the account with this UUID."),
                Text("resourceId", "Only events of the resource with this UUID."),
                Text("notificationId", "Only events that triggered the notification with this UUID."),
                Text("notificationCode", "Only events that triggered the notification with this code."),
                new("includeActioned", "False leaves out events that were followed up; true when absent.",
                    new BooleanShape()),
                new("ids", "Only events with these UUIDs, at most 200; not together with other filters.",
                    new ListShape(new TextShape())),
            ],
            Description = """
                Newest first; events are kept for 28 days. Each measurement that was accepted and failed afterwards is
                an event `ingest.validation.failure` (`eventType` is `IngestValidationFailure`). Its `m3terEvent` tells
                under `eventData.newDto` the `type` (UndefinedMeter, DuplicateField, MissingField, InvalidAccountCode,
                DuplicateUid), a `message`, the `field` at fault, `meter`, `account`, `uid`, and a `getDownloadUrl`. A
                page may have fewer events than asked for; the last one has no `nextToken`.
                """,
        },
        Get("/{id}", "GetEvent", "Retrieve an event", EventContract.Event, GetAsync),
        Get("/types", "ListEventTypes", "List the names of events", EventContract.Types, call =>
            AnswerAsync(call, new JsonObject { ["events"] = new JsonArray(IngestFailureEvents.Name) })),
        Get("/fields", "ListEventFields", "List what events tell", EventContract.Fields, FieldsAsync) with
        {
            Parameters = [Text("eventName", "Only events of this name.")],
        },
        new("PUT", Root + "/{id}/actioned", "PutEventActioned", ApiOperations.OwnTag, "Mark an event as followed up",
            EventContract.Event, MarkAsync)
        {
            Permission = Permission.On(PermissionAction.ConfigUpdate, "config:event"),
            Description = "Sets `dtActioned`; an event that is marked stays as it is. Needs no body.",
        },
    ];

    private static ApiOperation Get(
        string path, string id, string summary, ApiSchema answer, Func<ApiCall, Task> handle) =>
        new("GET", Root + path, id, "Events", summary, answer, handle)
        {
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:event"),
        };

    private static ApiParameter Text(string name, string description) => new(name, description, new TextShape());

    private static async Task ListAsync(ApiCall call)
    {
        var request = EventRequest.Read(call.Http.Request);
        var list = $"Event|{call.OrganizationId}";
        var place = PageToken.Read(list, QueryText.Single(call.Http.Request, "nextToken"));
        var (events, next) = request switch
        {
            { IsForOthers: true } => ([], null),
            { Ids: { } ids } => (await FindAllAsync(call, ids), null),
            _ => await ReadAsync(call, request, new LogPosition(place ?? long.MaxValue)),
        };
        await JsonAnswer.WritePageAsync(
            call.Http, [.. (await DescribeAsync(call, events)).Select(JsonAnswer.Write)],
            next is { } position ? PageToken.Write(list, position.Value) : null);
    }

    private static async Task<List<IngestFailureEvent>> FindAllAsync(ApiCall call, IReadOnlyList<string> ids)
    {
        var found = new List<IngestFailureEvent>();
        foreach (var id in ids)
        {
            if (await call.Service<IngestFailureEvents>().FindAsync(call.OrganizationId, id, call.Cancelled) is { } one)
                found.Add(one);
        }
        return [.. found.OrderByDescending(one => one.Position.Value)];
    }

    // A page, and the place of the last event looked at where there may be more.
    private static async Task<(List<IngestFailureEvent> Events, LogPosition? Next)> ReadAsync(
        ApiCall call, EventRequest request, LogPosition before)
    {
        var page = new List<IngestFailureEvent>();
        var atOnce = request is { AccountId: null, IncludesActioned: true } ? request.PageSize + 1 : ReadAtOnce;
        for (var read = 0; read < MostRead; read += atOnce)
        {
            var some = await call.Service<IngestFailureEvents>().ReadAsync(
                call.OrganizationId, before, atOnce, call.Cancelled);
            var actioned = request.IncludesActioned ? null : await ActionedAsync(call, some);
            foreach (var one in some)
            {
                if (page.Count == request.PageSize)
                    return (page, before);
                before = one.Position;
                if ((request.AccountId ?? one.AccountId) == one.AccountId && actioned?.ContainsKey(one.Id) != true)
                    page.Add(one);
            }
            if (some.Count == 0)
                return (page, null);
        }
        return (page, before);
    }

    private static async Task GetAsync(ApiCall call) =>
        await AnswerAsync(call, (await DescribeAsync(call, [await FindAsync(call)]))[0]);

    private static Task FieldsAsync(ApiCall call)
    {
        var events = new JsonObject();
        if ((QueryText.Single(call.Http.Request, "eventName") ?? IngestFailureEvents.Name) == IngestFailureEvents.Name)
        {
            events[IngestFailureEvents.Name] = new JsonObject(IngestFailureEvents.Fields
                .Select(field => KeyValuePair.Create($"new.{field}", (JsonNode?)"string")));
        }
        return AnswerAsync(call, new JsonObject { ["events"] = events });
    }

    private static async Task MarkAsync(ApiCall call)
    {
        var marked = await FindAsync(call);
        await call.Service<ActionedEvents>().MarkAsync(
            call.OrganizationId, marked.Id, marked.Time, call.Service<IngestFailureEvents>().Since, call.Cancelled);
        await GetAsync(call);
    }

    private static async Task<IngestFailureEvent> FindAsync(ApiCall call)
    {
        var id = call.Route("id");
        return await call.Service<IngestFailureEvents>().FindAsync(call.OrganizationId, id, call.Cancelled)
            ?? throw new NotFoundException($"There is no event with the id '{id}'");
    }

    private static Task AnswerAsync(ApiCall call, JsonObject answer) => call.AnswerAsync(JsonAnswer.Write(answer));

    private static async Task<IReadOnlyDictionary<string, string>> ActionedAsync(
        ApiCall call, IReadOnlyList<IngestFailureEvent> events) =>
        await call.Service<ActionedEvents>().FindAsync(
            call.OrganizationId, [.. events.Select(one => one.Id)], call.Cancelled);

    private static async Task<IReadOnlyList<JsonObject>> DescribeAsync(
        ApiCall call, IReadOnlyList<IngestFailureEvent> events)
    {
        var actioned = await ActionedAsync(call, events);
        return
        [
            .. events.Select(one =>
            {
                var url = FailedIngestDownload.UrlOfUrl(call, one.Id);
                return new JsonObject
                {
                    ["id"] = one.Id,
                    ["eventName"] = IngestFailureEvents.Name,
                    ["eventTime"] = InstantText.Write(one.Time),
                    ["m3terEvent"] = new JsonObject
                    {
                        ["eventType"] = IngestFailureEvents.Category,
                        ["getDownloadUrl"] = url,
                        ["eventData"] = new JsonObject { ["newDto"] = one.Details(url) },
                    },
                    ["dtActioned"] = actioned.TryGetValue(one.Id, out var time) ? time : null,
                };
            }),
        ];
    }
}
