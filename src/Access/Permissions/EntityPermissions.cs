using System.Collections.Concurrent;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Determines which entities a caller may retrieve. A request that refers to another entity is treated as if it did not
/// exist. If the caller may not retrieve any entity of the kind, the request is refused with the missing permission.
/// </summary>
public static class EntityPermissions
{
    // Grants cache the reach of a permission by reference.
    private static readonly ConcurrentDictionary<(ResourceDefinition, PermissionAction), Permission> Known = new();

    /// <summary>The permission to retrieve entities of a kind.</summary>
    public static Permission Retrieve(ResourceDefinition definition) =>
        Of(definition, PermissionAction.ConfigRetrieve);

    /// <summary>The permission to create entities of a kind.</summary>
    public static Permission Create(ResourceDefinition definition) => Of(definition, PermissionAction.ConfigCreate);

    /// <summary>The permission to update entities of a kind.</summary>
    public static Permission Update(ResourceDefinition definition) => Of(definition, PermissionAction.ConfigUpdate);

    /// <summary>The permission to delete entities of a kind.</summary>
    public static Permission Delete(ResourceDefinition definition) => Of(definition, PermissionAction.ConfigDelete);

    /// <summary>Adds an issue if the caller may not retrieve an entity that a request refers to.</summary>
    /// <param name="grants">The permissions of the caller.</param>
    /// <param name="target">The kind of the entity.</param>
    /// <param name="path">The member that refers to it.</param>
    /// <param name="value">The value of the member.</param>
    /// <param name="id">Its id; null if it does not exist.</param>
    /// <param name="issues">Receives the issue.</param>
    /// <exception cref="ForbiddenException">The caller may not retrieve any entity of the kind.</exception>
    public static void Check(
        Grants grants, ResourceDefinition target, string path, string value, string? id, Issues issues)
    {
        var reach = grants.Of(Retrieve(target));
        if (reach.IsNone)
            throw new ForbiddenException(
                $"Forbidden: {path} requires the permission {Retrieve(target).Describe()}");
        if (id is null || !reach.Holds(id))
            issues.AddUnknownReference(path, target.Words, value);
    }

    /// <summary>Refuses ids of entities that the caller may not retrieve.</summary>
    public static void Require(
        Grants grants, ResourceDefinition target, params IReadOnlyList<(string Path, string Id)> named)
    {
        var issues = new Issues();
        foreach (var (path, id) in named)
            Check(grants, target, path, id, id, issues);
        issues.ThrowIfAny();
    }

    /// <summary>Refuses if the caller lacks a permission for an entity, or for the whole kind if null.</summary>
    public static void Demand(Grants grants, Permission permission, string? id = null)
    {
        var reach = grants.Of(permission);
        if (id is null ? !reach.IsWhole : !reach.Holds(id))
            throw new ForbiddenException($"Forbidden: this requires the permission {permission.Describe(id)}");
    }

    /// <summary>Selects the entities of a kind that the caller may retrieve.</summary>
    public static Condition Visible(Grants grants, ResourceDefinition definition) =>
        grants.Of(Retrieve(definition)).Where() ?? Condition.And();

    private static Permission Of(ResourceDefinition definition, PermissionAction action) =>
        Known.GetOrAdd((definition, action), key => Permission.On(key.Item2, key.Item1.PolicyNames));
}
