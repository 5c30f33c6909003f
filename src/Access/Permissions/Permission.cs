using System.Text.Json;

namespace Tallystick.Access.Permissions;

/// <summary>The scope of a permission.</summary>
public enum PermissionScope
{
    /// <summary>The whole type, for example to create.</summary>
    Type,

    /// <summary>The entity in the path.</summary>
    Item,

    /// <summary>Entities visible to the caller: the operation omits others.</summary>
    Visible,

    /// <summary>No permission required.</summary>
    Nothing,

    /// <summary>No token required.</summary>
    Public,
}

/// <summary>A permission that an operation requires: an action on a resource.</summary>
public sealed class Permission
{
    private Permission(
        PermissionAction action, PermissionScope scope, IReadOnlyList<string> resources, string? itemRoute = null)
    {
        Action = action;
        Scope = scope;
        Resources = resources;
        ItemRoute = itemRoute;
        Name = resources.Count == 0 ? "" : ResourceNames.Canonical(resources[0]);
    }

    /// <summary>The default if an operation does not specify one: all permissions.</summary>
    public static Permission Unstated { get; } = new(PermissionAction.All, PermissionScope.Type, ["*"]);

    /// <summary>Available to every principal of the organization.</summary>
    public static Permission Anyone { get; } = new(default, PermissionScope.Nothing, []);

    /// <summary>Available without a token.</summary>
    public static Permission Public { get; } = new(default, PermissionScope.Public, []);

    /// <summary>The action.</summary>
    public PermissionAction Action { get; }

    /// <summary>Its scope.</summary>
    public PermissionScope Scope { get; }

    /// <summary>
    /// Names of the resource, such as <c>config:meter</c>; messages use the first one. Resources of billing can also be
    /// named with the service <c>config</c>, as in the actions on them.
    /// </summary>
    public IReadOnlyList<string> Resources { get; }

    /// <summary>The canonical name, compared with policy rules.</summary>
    public string Name { get; }

    /// <summary>The path parameter with the id of the entity.</summary>
    public string? ItemRoute { get; }

    /// <summary>The type of the resource in lower case, such as <c>meter</c>.</summary>
    public string Type => Name[(Name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>An action on a whole type, such as <c>config:meter</c>.</summary>
    public static Permission On(PermissionAction action, params IReadOnlyList<string> resources) =>
        new(action, PermissionScope.Type, resources);

    /// <summary>An action on the entity in the path.</summary>
    public Permission Item(string route = "id") => new(Action, PermissionScope.Item, Resources, route);

    /// <summary>An action on all entities visible to the caller; the operation applies <see cref="Reach"/>.</summary>
    public Permission Visible() => new(Action, PermissionScope.Visible, Resources);

    /// <summary>The resource of a kind of entity, such as <c>config:planTemplate</c>.</summary>
    public static string Config(string kind) => $"config:{JsonNamingPolicy.CamelCase.ConvertName(kind)}";

    /// <summary>An action on bills and related resources.</summary>
    public static Permission OnBilling(PermissionAction action, string type) =>
        On(action, $"billing:{type}", $"config:{type}");

    /// <summary>The permission in words.</summary>
    /// <param name="item">The entity, if any.</param>
    public string Describe(string? item = null) =>
        $"`{PermissionActions.Name(Action)}` on `{Resources[0]}{(item is null ? "" : $"/item/{item}")}`";
}
