using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Measurements;

/// <summary>A CloudEvent 1.0 about usage. Other attributes are ignored.</summary>
internal sealed record CloudEventRequest
{
    /// <summary>Version of the CloudEvents specification: <c>1.0</c>.</summary>
    public required string Specversion { get; init; }

    /// <summary>
    /// Identifies the event within its source. An event with the same <c>source</c> and <c>id</c> is not counted again.
    /// </summary>
    [Characters(1, int.MaxValue)]
    public required string Id { get; init; }

    /// <summary>Where the event comes from: a URI reference such as <c>my-service</c>.</summary>
    [Characters(1, int.MaxValue)]
    public required string Source { get; init; }

    /// <summary>Code of the meter.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Type { get; init; }

    /// <summary>Code of the account. An unknown account is created.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Subject { get; init; }

    /// <summary>When the usage happened (ISO 8601). The time of receipt if absent.</summary>
    public Instant? Time { get; init; }

    /// <summary>Media type of the data. Must be JSON.</summary>
    public string? Datacontenttype { get; init; }

    /// <summary>Values of the meter's data fields, by code.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }
}

/// <summary>The bodies that contain CloudEvents.</summary>
internal static class CloudEventContract
{
    /// <summary>One event.</summary>
    internal static ApiSchema Event { get; } = new("CloudEvent", EventShape()) { IsRequest = true };

    /// <summary>An array of events.</summary>
    internal static ApiSchema Batch { get; } = Event with { IsList = true };

    /// <summary>The data of an event whose attributes are headers.</summary>
    internal static ApiSchema Data { get; } = new("CloudEventData", new ObjectShape("CloudEventData", []));

    // Values of data can have any type, which a .NET type cannot express, so the shape is adapted here.
    private static ObjectShape EventShape()
    {
        var shape = JsonShapes.Of(typeof(CloudEventRequest));
        var members = shape.Members.Select(
            member => member.Name == "data" ? member with { Shape = new MapShape(new AnyShape()) } : member);
        return new ObjectShape("CloudEvent", [.. members]) { Type = shape.Type };
    }
}
