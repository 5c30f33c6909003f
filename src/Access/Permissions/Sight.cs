using System.Collections.Concurrent;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Which entities a caller may retrieve. A request that names another is answered as if that did not exist; one that
/// names a kind of which the caller may retrieve none is refused with the permission that is missing.
/// </summary>
public static class Sight
{
    // Grants remember how far a permission goes by the permission itself.
    private static readonly ConcurrentDictionary<(ResourceDefinition, PermissionAction), Permission> Known = new();

    /// <summary>What retrieving an entity of a kind needs.</summary>
    public static Permission Retrieve(ResourceDefinition definition) =>
        Of(definition, PermissionAction.ConfigRetrieve);

    /// <summary>What creating an entity of a kind needs.</summary>
    public static Permission Create(ResourceDefinition definition) => Of(definition, PermissionAction.ConfigCreate);

    /// <summary>What updating an entity of a kind needs.</summary>
    public static Permission Update(ResourceDefinition definition) => Of(definition, PermissionAction.ConfigUpdate);

    /// <summary>What deleting an entity of a kind needs.</summary>
    public static Permission Delete(ResourceDefinition definition) => Of(definition, PermissionAction.ConfigDelete);

    /// <summary>Adds an issue when the caller may not retrieve an entity that a request names.</summary>
    /// <param name="grants">What the caller may do.</param>
    /// <param name="target">The kind of the entity.</param>
    /// <param name="path">The member that names it.</param>
    /// <param name="value">What it is called there.</param>
    /// <param name="id">Its id; null when it does not exist.</param>
    /// <param name="issues">Where the fault goes.</param>
    /// <exception cref="ForbiddenException">The caller may retrieve none of the kind.</exception>
    public static void Check(
        Grants grants, ResourceDefinition target, string path, string value, string? id, Issues issues)
    {
        var reach = grants.Of(Retrieve(target));
        if (reach.IsNone)
            throw new ForbiddenException(
                $"Forbidden: this needs the permission {Retrieve(target).Describe()}, since {path} names one");
        if (id is null || !reach.Holds(id))
            issues.AddUnknownReference(path, target.Words, value);
    }

    /// <summary>Refuses ids that name what the caller may not retrieve.</summary>
    public static void Require(
        Grants grants, ResourceDefinition target, params IReadOnlyList<(string Path, string Id)> named)
    {
        var issues = new Issues();
        foreach (var (path, id) in named)
            Check(grants, target, path, id, id, issues);
        issues.ThrowIfAny();
    }

    /// <summary>Refuses when the caller lacks a permission for an entity; null stands for the whole kind.</summary>
    public static void Demand(Grants grants, Permission permission, string? id = null)
    {
        var reach = grants.Of(permission);
        if (id is null ? !reach.IsWhole : !reach.Holds(id))
            throw new ForbiddenException($"Forbidden: this needs the permission {permission.Describe(id)}");
    }

    /// <summary>Selects the entities of a kind that the caller may retrieve.</summary>
    public static Condition Visible(Grants grants, ResourceDefinition definition) =>
        grants.Of(Retrieve(definition)).Where() ?? Condition.And();

    private static Permission Of(ResourceDefinition definition, PermissionAction action) =>
        Known.GetOrAdd((definition, action), key => Permission.On(key.Item2, key.Item1.PolicyNames));
}
