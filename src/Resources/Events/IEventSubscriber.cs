using NodaTime;
using Tallystick.Resources.Changes;

namespace Tallystick.Resources.Events;

/// <summary>
/// Receives the events of all organizations from the time when it first subscribed. Events of an organization arrive in
/// order and at least once; writes within the change happen exactly once.
/// </summary>
public interface IEventSubscriber
{
    /// <summary>The name under which its positions are stored. Must never change.</summary>
    string Name { get; }

    /// <summary>The names of the events that it receives; null for all.</summary>
    IReadOnlyList<string>? EventNames => null;

    /// <summary>
    /// Handles events of one organization. Queue a job for effects outside the change, such as a webhook call: an
    /// exception here blocks all later events of the organization.
    /// </summary>
    /// <param name="change">The change that also records the events as handled.</param>
    /// <param name="events">The next events, oldest first.</param>
    ValueTask HandleAsync(ResourceChange change, IReadOnlyList<ChangeEvent> events);
}

/// <summary>An event as it was written with its change.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, such as <c>billing.bill.created</c>.</param>
/// <param name="Time">The time of the change.</param>
/// <param name="Json">
/// The whole event, including <c>resourceId</c>, <c>actor</c>, <c>newDto</c> and <c>oldDto</c>.
/// </param>
public sealed record ChangeEvent(string Id, string Name, Instant Time, ReadOnlyMemory<byte> Json);
