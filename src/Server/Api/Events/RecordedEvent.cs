using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Events;

/// <summary>An event of the Events API.</summary>
/// <param name="Place">Its place in the order of its source; increases with time.</param>
/// <param name="Id">UUID of the event.</param>
/// <param name="Name">What happened, such as <c>configuration.meter.created</c>.</param>
/// <param name="Time">When it happened.</param>
/// <param name="AccountId">UUID of the account that it concerns; null if there is none.</param>
/// <param name="Describe">Writes its content, the contract's <c>m3terEvent</c>.</param>
/// <param name="IsVisible">Whether a caller may retrieve the entity of the event.</param>
internal sealed record RecordedEvent(
    long Place, string Id, string Name, Instant Time, string? AccountId, Func<ApiCall, JsonObject> Describe,
    Func<Grants, bool> IsVisible);

/// <summary>A source of events.</summary>
internal interface IEventSource
{
    /// <summary>The names of its events.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The fields in events with a name, and their types.</summary>
    IEnumerable<KeyValuePair<string, string>> FieldsOf(string name);

    /// <summary>Whether any of its events can match a request and be visible to the caller.</summary>
    bool MayHave(EventRequest request, Grants caller);

    /// <summary>
    /// Reads up to <paramref name="limit"/> events before a place, the latest first. Applies the filters by name and
    /// resource, and the permissions of the caller as far as the source can.
    /// </summary>
    Task<IReadOnlyList<RecordedEvent>> ReadAsync(
        ApiCall call, EventRequest request, long before, int limit);

    /// <summary>The event with an id; null if there is none or it has expired.</summary>
    Task<RecordedEvent?> FindAsync(string organizationId, string id, CancellationToken cancellationToken);
}
