using NodaTime;
using Tallystick.Resources.Changes;

namespace Tallystick.Resources.Events;

/// <summary>
/// Follows the events of all organizations, from the time on when it first joined. It gets the events of an
/// organization in their order and each at least once; what it writes in the change is written exactly once.
/// </summary>
public interface IEventSubscriber
{
    /// <summary>The name that its positions are kept under, which stays the same for ever.</summary>
    string Name { get; }

    /// <summary>
    /// Handles events of one organization. Effects outside of the change, such as a call of a webhook, belong to a job
    /// that it queues: an exception here holds up all later events of the organization.
    /// </summary>
    /// <param name="change">The change that also notes that the events are handled.</param>
    /// <param name="events">The next events, oldest first.</param>
    ValueTask HandleAsync(ResourceChange change, IReadOnlyList<ChangeEvent> events);
}

/// <summary>An event as it was written with its change.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What happened, such as <c>billing.bill.created</c>.</param>
/// <param name="Time">When.</param>
/// <param name="Json">All of it: <c>resourceId</c>, <c>actor</c>, <c>newDto</c> and <c>oldDto</c>.</param>
public sealed record ChangeEvent(string Id, string Name, Instant Time, ReadOnlyMemory<byte> Json);
