using System.Text.Json;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Http;

/// <summary>One authorized request for an operation of the API.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Caller">Who calls.</param>
/// <param name="Grants">What the caller may do.</param>
/// <param name="Visible">Selects what the caller may see, for operations that leave out the rest; null for all.</param>
internal sealed record ApiCall(HttpContext Http, Caller Caller, Grants Grants, Condition? Visible)
{
    /// <summary>The organization that the caller belongs to and the path names.</summary>
    internal string OrganizationId => Caller.OrganizationId;

    /// <summary>When the request was authorized.</summary>
    internal required Instant Now { get; init; }

    /// <summary>How long the whole body may take to arrive.</summary>
    internal required TimeSpan BodyTime { get; init; }

    /// <summary>The first size of a JSON body that is refused, in bytes.</summary>
    internal int BodyLimit { get; init; } = RequestLimits.ConfigurationBody;

    internal CancellationToken Cancelled => Http.RequestAborted;

    /// <summary>A part of the path, such as <c>id</c>.</summary>
    internal string Route(string name) => (string)Http.Request.RouteValues[name]!;

    /// <summary>The JSON of the body.</summary>
    /// <param name="isOptional">True when no body stands for an empty object.</param>
    internal Task<JsonDocument> ReadJsonAsync(bool isOptional = false) =>
        RequestBody.ReadJsonAsync(Http, BodyTime, BodyLimit, isOptional);

    internal Task AnswerAsync(ReadOnlyMemory<byte> json) => JsonAnswer.WriteAsync(Http, json);
}
