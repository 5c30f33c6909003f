using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Groups;

/// <summary>The types of resource groups: all kinds except singletons, and users.</summary>
public static class GroupTypes
{
    /// <summary>The type of user groups.</summary>
    public const string User = "user";

    private static readonly string[] Unnamed =
    [
        "accesskey", "organization", "installedorganization", "principalpermission", "resourcegroup",
        "resourcegroupitem", "login",
    ];

    /// <summary>The stored form of the type.</summary>
    /// <param name="catalog">All kinds.</param>
    /// <param name="text">The type as a request gives it.</param>
    /// <exception cref="RefusedException">There is no such type.</exception>
    public static string Read(ResourceCatalog catalog, string text)
    {
        var type = Folded(text);
        var types = Of(catalog).Select(one => one.Type).ToList();
        return types.Contains(type)
            ? type
            : throw new RefusedException(new Issue(
                "unknown_value", "type", "must be one of " + string.Join(", ", types.Order())));
    }

    /// <summary>The definition of the entities in groups of a type.</summary>
    public static ResourceDefinition DefinitionOf(ResourceCatalog catalog, string type) =>
        Of(catalog).First(one => one.Type == type).Definition;

    /// <summary>True if both are the same type; users have two names.</summary>
    public static bool AreSame(string one, string other) => Folded(one) == Folded(other);

    private static string Folded(string kind)
    {
        var folded = kind.ToLowerInvariant();
        return folded == OrgUserResource.Definition.Kind.ToLowerInvariant() ? User : folded;
    }

    private static IEnumerable<(string Type, ResourceDefinition Definition)> Of(ResourceCatalog catalog) =>
        catalog.All.Where(definition => !definition.IsSingleton)
            .Select(definition => (Folded(definition.Kind), definition))
            .Where(one => !Unnamed.Contains(one.Item1));
}
