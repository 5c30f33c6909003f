using System.Collections.Frozen;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Permissions;

/// <summary>
/// Which entities a caller may retrieve. A request that names another is answered as if that did not exist; one that
/// names a kind of which the caller may retrieve none is refused with the permission that is missing.
/// </summary>
internal static class Sight
{
    private static readonly FrozenDictionary<string, Permission> Retrieving = All(PermissionAction.ConfigRetrieve);
    private static readonly FrozenDictionary<string, Permission> Updating = All(PermissionAction.ConfigUpdate);
    private static readonly FrozenDictionary<string, Permission> Deleting = All(PermissionAction.ConfigDelete);

    /// <summary>What retrieving an entity of a kind needs.</summary>
    internal static Permission Retrieve(ResourceDefinition definition) => Retrieving[definition.Kind];

    /// <summary>What updating an entity of a kind needs.</summary>
    internal static Permission Update(ResourceDefinition definition) => Updating[definition.Kind];

    /// <summary>What deleting an entity of a kind needs.</summary>
    internal static Permission Delete(ResourceDefinition definition) => Deleting[definition.Kind];

    /// <summary>True when the permissions to an entity are those to the one that it is in, such as a balance.</summary>
    internal static bool IsOfParent(ResourceDefinition definition) => definition.Kind == "BalanceTransaction";

    /// <summary>Adds an issue when the caller may not retrieve an entity that a request names.</summary>
    /// <param name="grants">What the caller may do.</param>
    /// <param name="target">The kind of the entity.</param>
    /// <param name="path">The member that names it.</param>
    /// <param name="value">What it is called there.</param>
    /// <param name="id">Its id; null when it does not exist.</param>
    /// <param name="issues">Where the fault goes.</param>
    /// <exception cref="ForbiddenException">The caller may retrieve none of the kind.</exception>
    internal static void Check(
        Grants grants, ResourceDefinition target, string path, string value, string? id, Issues issues)
    {
        var reach = grants.Of(Retrieve(target));
        if (reach.IsNone)
            throw new ForbiddenException(
                $"Forbidden: this needs the permission {Retrieve(target).Describe()}, since {path} names one");
        if (id is null || !reach.Holds(id))
            issues.Add("unknown_reference", path, $"names no existing {target.Words}: '{value}'");
    }

    /// <summary>Refuses ids that name what the caller may not retrieve.</summary>
    internal static void Require(
        ApiCall call, ResourceDefinition target, params IReadOnlyList<(string Path, string Id)> named)
    {
        var issues = new Issues();
        foreach (var (path, id) in named)
            Check(call.Grants, target, path, id, id, issues);
        issues.ThrowIfAny();
    }

    /// <summary>Refuses when the caller lacks a permission for an entity; null stands for the whole kind.</summary>
    internal static void Demand(Grants grants, Permission permission, string? id = null)
    {
        var reach = grants.Of(permission);
        if (id is null ? !reach.IsWhole : !reach.Holds(id))
            throw new ForbiddenException($"Forbidden: this needs the permission {permission.Describe(id)}");
    }

    /// <summary>Selects the entities of a kind that the caller may retrieve.</summary>
    internal static Condition Visible(ApiCall call, ResourceDefinition definition) =>
        call.Grants.Of(Retrieve(definition)).Where() ?? Condition.And();

    private static FrozenDictionary<string, Permission> All(PermissionAction action) =>
        AllKinds.Catalog.All.Select(definition => definition.Kind)
            .ToFrozenDictionary(kind => kind, kind => Of(action, kind));

    private static Permission Of(PermissionAction action, string kind) => kind switch
    {
        "Bill" => Permission.OnBilling(action, "bill"),
        "BillJob" => Permission.OnBilling(action, "billJob"),
        "OrgUser" => Permission.On(action, "config:orgUser", "config:user"),
        "BalanceTransaction" => Permission.On(action, "config:balance"),
        "AccessKey" => Permission.On(action, "config:serviceUserCredentials"),
        "LookupTableData" or "LookupTableItem" or "LookupTableDataJob" =>
            Permission.On(action, "config:lookupTableRevision"),
        _ => Permission.On(action, Permission.Config(kind)),
    };
}
