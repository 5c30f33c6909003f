using Tallystick.Resources.Definitions;
using Tallystick.Resources.Events;

namespace Tallystick.Resources.Changes;

/// <summary>The dependencies of every change.</summary>
/// <param name="Catalog">The kinds.</param>
/// <param name="Access">Checks changes of permissions.</param>
/// <param name="Events">Writes the events of changes.</param>
public sealed record ChangeMachinery(ResourceCatalog Catalog, IAccessRules Access, ChangeEvents Events);
