using Tallystick.Resources.Definitions;
using Tallystick.Resources.Events;

namespace Tallystick.Resources.Changes;

/// <summary>What every change is made with.</summary>
/// <param name="Catalog">The kinds.</param>
/// <param name="Access">Weighs changes of who may do what.</param>
/// <param name="Events">Writes the events of changes.</param>
public sealed record ChangeMachinery(ResourceCatalog Catalog, IAccessRules Access, ChangeEvents Events);
