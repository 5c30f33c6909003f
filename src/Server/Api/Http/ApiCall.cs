using System.Text.Json;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Http;

/// <summary>An authorized request for an operation of the API.</summary>
/// <param name="Http">The request and its response.</param>
/// <param name="Caller">The caller.</param>
/// <param name="Grants">The permissions of the caller.</param>
/// <param name="Visible">Condition for the entities that the caller may see, for lists; null for all.</param>
internal sealed record ApiCall(HttpContext Http, Caller Caller, Grants Grants, Condition? Visible)
{
    /// <summary>UUID of the organization of the caller, which is also in the path.</summary>
    internal string OrganizationId => Caller.OrganizationId;

    /// <summary>When the request was authorized.</summary>
    internal required Instant Now { get; init; }

    /// <summary>Maximum time for the whole body to arrive.</summary>
    internal required TimeSpan BodyTime { get; init; }

    /// <summary>The smallest size of a JSON body that is refused, in bytes.</summary>
    internal int BodyLimit { get; init; } = RequestLimits.ConfigurationBody;

    internal CancellationToken Cancelled => Http.RequestAborted;

    /// <summary>A path parameter, such as <c>id</c>.</summary>
    internal string Route(string name) => (string)Http.Request.RouteValues[name]!;

    /// <summary>The JSON of the body.</summary>
    /// <param name="isOptional">Whether an absent body counts as an empty object.</param>
    internal Task<JsonDocument> ReadJsonAsync(bool isOptional = false) =>
        RequestBody.ReadJsonAsync(Http, BodyTime, BodyLimit, isOptional);

    internal Task AnswerAsync(ReadOnlyMemory<byte> json) => JsonAnswer.WriteAsync(Http, json);

    /// <inheritdoc cref="JsonAnswer.StreamAsync"/>
    internal Task StreamAsync(TimeSpan longest, Func<Utf8JsonWriter, Func<Task>, Task> write) =>
        JsonAnswer.StreamAsync(Http, longest, write);
}
