using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;

namespace Tallystick.Server.Api.Events;

/// <summary>
/// The events of changes that a caller may see: those of entities that the caller may retrieve. Events contain whole
/// entities, so a caller must not be able to read through events what policies deny.
/// </summary>
/// <param name="Condition">Selects the events in the store, so that pages are full; null for all.</param>
/// <param name="IsNone">Whether the caller may see no events at all.</param>
internal sealed record VisibleEvents(Condition? Condition, bool IsNone)
{
    /// <summary>The events that a caller may see.</summary>
    internal static VisibleEvents Of(Grants caller)
    {
        var whole = new List<string>();
        var partial = new List<Condition>();
        foreach (var definition in RecordedKinds.All)
        {
            var reach = caller.Of(EntityPermissions.Retrieve(definition));
            var names = RecordedKinds.NamesOf(definition).ToList();
            // If another entity determines the permission, the resource of the event does not show it: IsVisible checks
            // each event then.
            if ((reach.IsWhole && reach.Denied.Count == 0) || (!reach.IsNone && definition.PermittedBy is not null))
                whole.AddRange(names);
            else if (!reach.IsNone)
                partial.Add(Condition.And(
                    new Condition.In(ChangeEvents.Name, names), reach.Where(ChangeEvents.ResourceId)!));
        }
        if (whole.Count == RecordedKinds.All.Count * ChangeEvents.Changes.Count)
            return new VisibleEvents(null, false);
        if (whole.Count > 0)
            partial.Add(new Condition.In(ChangeEvents.Name, whole));
        return partial.Count == 0
            ? new VisibleEvents(null, true)
            : new VisibleEvents(Condition.Or([.. partial]), false);
    }

    /// <summary>Whether a caller may see an event.</summary>
    internal static bool IsVisible(JsonObject told, Grants caller)
    {
        var name = (string)told["eventName"]!;
        if (RecordedKinds.Of(name) is not { } definition)
            return false;
        var id = definition.PermittedBy is { } parent
            ? (string?)(told["newDto"] ?? told["oldDto"])![parent]
            : (string?)told["resourceId"];
        return id is not null && caller.Of(EntityPermissions.Retrieve(definition)).Holds(id);
    }

    /// <summary>The entity in an event, without the code of an account that the caller may not see.</summary>
    internal static JsonNode Tell(JsonNode entity, Grants caller)
    {
        var told = entity.DeepClone().AsObject();
        if ((string?)told["accountId"] is { } account
            && !caller.Of(EntityPermissions.Retrieve(AccountResource.Definition)).Holds(account))
            told.Remove("accountCode");
        return told;
    }
}
