using System.Collections.Frozen;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Events;

/// <summary>The kinds whose changes are recorded as events.</summary>
internal static class RecordedKinds
{
    private static readonly FrozenDictionary<string, ResourceDefinition> ByName;

    static RecordedKinds()
    {
        All = [.. AllKinds.Catalog.All.Where(definition => definition.EventName is not null)];
        ByName = All.ToFrozenDictionary(definition => definition.EventName!, StringComparer.Ordinal);
    }

    /// <summary>The kinds.</summary>
    internal static IReadOnlyList<ResourceDefinition> All { get; }

    /// <summary>The kind of an event such as <c>configuration.meter.created</c>; null if there is none.</summary>
    internal static ResourceDefinition? Of(string eventName) =>
        ByName.GetValueOrDefault(eventName[..eventName.LastIndexOf('.')]);

    /// <summary>The names of the events of a kind.</summary>
    internal static IEnumerable<string> NamesOf(ResourceDefinition definition) =>
        ChangeEvents.Changes.Select(change => $"{definition.EventName}.{change}");
}
