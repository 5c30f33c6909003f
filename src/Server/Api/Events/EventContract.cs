using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Events;

/// <summary>The response bodies of events in the API document.</summary>
internal static class EventContract
{
    internal static ApiSchema Event { get; } = new("EventResponse", new ObjectShape(
        "EventResponse",
        [
            Always("id", new TextShape()),
            Always("eventName", new TextShape()),
            Always("eventTime", new InstantShape()),
            Always("m3terEvent", new AnyShape()),
            Always("dtActioned", new InstantShape()),
        ]));

    internal static ApiSchema Types { get; } = new("EventTypeResponse", new ObjectShape(
        "EventTypeResponse", [new JsonMember("events", new ListShape(new TextShape()))]));

    internal static ApiSchema Fields { get; } = new("EventFieldsResponse", new ObjectShape(
        "EventFieldsResponse", [new JsonMember("events", new MapShape(new MapShape(new TextShape())))]));

    internal static ApiSchema DownloadUrl { get; } = new("GenerateDownloadUrlResponse", new ObjectShape(
        "GenerateDownloadUrlResponse", [new JsonMember("url", new TextShape())]));

    private static JsonMember Always(string name, JsonShape shape) => new(name, shape) { IsAlwaysAnswered = true };
}
