using System.Text.Json;

namespace Tallystick.Access.Permissions;

/// <summary>What of a type of resource an operation is about.</summary>
public enum PermissionScope
{
    /// <summary>The type as a whole, as when creating.</summary>
    Type,

    /// <summary>The one entity that the path names.</summary>
    Item,

    /// <summary>Whatever the caller may see: the operation leaves out the rest.</summary>
    Visible,

    /// <summary>Nothing that needs a permission.</summary>
    Nothing,

    /// <summary>Nothing that needs a token.</summary>
    Public,
}

/// <summary>What an operation needs: an action on a resource.</summary>
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

    /// <summary>What an operation needs that does not say so: every right there is.</summary>
    public static Permission Unstated { get; } = new(PermissionAction.All, PermissionScope.Type, ["*"]);

    /// <summary>Every principal of the organization may do it.</summary>
    public static Permission Anyone { get; } = new(default, PermissionScope.Nothing, []);

    /// <summary>Everybody may do it, without a token.</summary>
    public static Permission Public { get; } = new(default, PermissionScope.Public, []);

    /// <summary>The action.</summary>
    public PermissionAction Action { get; }

    /// <summary>What of the resource it is about.</summary>
    public PermissionScope Scope { get; }

    /// <summary>
    /// Names of the resource, such as <c>config:meter</c>; the first is the one that messages use. Those of billing
    /// also go by the service <c>config</c>, as the actions on them do.
    /// </summary>
    public IReadOnlyList<string> Resources { get; }

    /// <summary>The canonical name, which the rules of policies are compared with.</summary>
    public string Name { get; }

    /// <summary>The part of the path that names the entity.</summary>
    public string? ItemRoute { get; }

    /// <summary>The type of the resource in lower case, such as <c>meter</c>.</summary>
    public string Type => Name[(Name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>An action on a whole type, such as <c>config:meter</c>.</summary>
    public static Permission On(PermissionAction action, params IReadOnlyList<string> resources) =>
        new(action, PermissionScope.Type, resources);

    /// <summary>An action on the entity that the path names.</summary>
    public Permission Item(string route = "id") => new(Action, PermissionScope.Item, Resources, route);

    /// <summary>An action on all that the caller may see; the operation applies <see cref="Reach"/>.</summary>
    public Permission Visible() => new(Action, PermissionScope.Visible, Resources);

    /// <summary>The resource of a kind of entity, such as <c>config:planTemplate</c>.</summary>
    public static string Config(string kind) => $"config:{JsonNamingPolicy.CamelCase.ConvertName(kind)}";

    /// <summary>An action on bills and what belongs to them.</summary>
    public static Permission OnBilling(PermissionAction action, string type) =>
        On(action, $"billing:{type}", $"config:{type}");

    /// <summary>The permission in words.</summary>
    /// <param name="item">The entity, where it is about one.</param>
    public string Describe(string? item = null) =>
        $"`{PermissionActions.Name(Action)}` on `{Resources[0]}{(item is null ? "" : $"/item/{item}")}`";
}
