using System.Text.Json;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Http;

/// <summary>One authorized request for an operation of the API.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Caller">Who calls.</param>
/// <param name="Grants">What the caller may do.</param>
/// <param name="Visible">Selects what the caller may see, for operations that leave out the rest; null for all.</param>
internal sealed record ApiCall(HttpContext Http, Caller Caller, Grants Grants, Condition? Visible)
{
    /// <summary>The organization that the caller belongs to and the path names.</summary>
    internal string OrganizationId => Caller.OrganizationId;

    /// <summary>A request for an operation that needs no token.</summary>
    internal static ApiCall OfNobody(HttpContext http) =>
        new(http, new Caller("", PrincipalType.User, "", null), Grants.Nothing, null)
        {
            BodyLimit = RequestLimits.PublicBody,
        };

    /// <summary>The first size of a JSON body that is refused, in bytes.</summary>
    internal int BodyLimit { get; private init; } = RequestLimits.ConfigurationBody;

    internal CancellationToken Cancelled => Http.RequestAborted;

    /// <summary>A part of the path, such as <c>id</c>.</summary>
    internal string Route(string name) => (string)Http.Request.RouteValues[name]!;

    internal Task<JsonDocument> ReadJsonAsync() => RequestBody.ReadJsonAsync(Http, limit: BodyLimit);

    internal Task AnswerAsync(ReadOnlyMemory<byte> json) => JsonAnswer.WriteAsync(Http, json);

    /// <summary>The request as one by which somebody may gain or lose access.</summary>
    internal Granting Granting() => new(
        Caller, Grants, Service<ResourceService>().Reader(OrganizationId, Cancelled),
        Service<IClock>().GetCurrentInstant(), (string?)Http.Request.RouteValues["id"], Cancelled);

    internal T Service<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();
}
