using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Events;

/// <summary>Something that happened, as the Events API tells it.</summary>
/// <param name="Place">Its place among those of its source: the greater, the later.</param>
/// <param name="Id">UUID of the event.</param>
/// <param name="Name">What happened, such as <c>configuration.meter.created</c>.</param>
/// <param name="Time">When it happened.</param>
/// <param name="AccountId">UUID of the account that it concerns; null where there is none.</param>
/// <param name="Describe">Writes what it tells, the contract's <c>m3terEvent</c>.</param>
/// <param name="IsVisible">Whether a caller may retrieve what it tells of.</param>
internal sealed record RecordedEvent(
    long Place, string Id, string Name, Instant Time, string? AccountId, Func<ApiCall, JsonObject> Describe,
    Func<Grants, bool> IsVisible);

/// <summary>Keeps events of one origin.</summary>
internal interface IEventSource
{
    /// <summary>The names that its events may have.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The fields that events of one of its names tell, and their types.</summary>
    IEnumerable<KeyValuePair<string, string>> FieldsOf(string name);

    /// <summary>True when some of its events may be among those that a list asks for and the caller may see.</summary>
    bool MayHave(EventRequest request, Grants caller);

    /// <summary>
    /// The events before a place, the latest first: of those that match the filters by name and resource, and as far
    /// as the source can tell by what the caller may see, so many.
    /// </summary>
    Task<IReadOnlyList<RecordedEvent>> ReadAsync(
        ApiCall call, EventRequest request, long before, int limit);

    /// <summary>The event with an id; null where there is none, or no longer.</summary>
    Task<RecordedEvent?> FindAsync(string organizationId, string id, CancellationToken cancellationToken);
}
