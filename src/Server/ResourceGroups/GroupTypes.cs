using System.Collections.Frozen;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Resources;
using Tallystick.Server.Users;

namespace Tallystick.Server.ResourceGroups;

/// <summary>The types that resource groups are of: kinds with many entities, and users.</summary>
internal static class GroupTypes
{
    /// <summary>The type of user groups.</summary>
    internal const string User = "user";

    private static readonly string[] Unnamed =
    [
        "accesskey", "organization", "installedorganization", "principalpermission", "resourcegroup",
        "resourcegroupitem", "login",
    ];

    private static readonly FrozenDictionary<string, ResourceDefinition> ByType = AllKinds.Catalog.All
        .Where(definition => !definition.IsSingleton)
        .ToDictionary(definition => Folded(definition.Kind))
        .Where(pair => !Unnamed.Contains(pair.Key))
        .ToFrozenDictionary();

    /// <summary>The type as groups keep it.</summary>
    /// <exception cref="RefusedException">There is no such type.</exception>
    internal static string Read(string text)
    {
        var type = Folded(text);
        return ByType.ContainsKey(type)
            ? type
            : throw new RefusedException(new Issue("unknown_value", "type", "must be one of "
                + string.Join(", ", ByType.Keys.Order())));
    }

    /// <summary>The definition of the entities in groups of a type.</summary>
    internal static ResourceDefinition DefinitionOf(string type) => ByType[type];

    /// <summary>True when both name one type; users go by two names.</summary>
    internal static bool AreSame(string one, string other) => Folded(one) == Folded(other);

    private static string Folded(string kind)
    {
        var folded = kind.ToLowerInvariant();
        return folded == OrgUserResource.Definition.Kind.ToLowerInvariant() ? User : folded;
    }
}
