using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Groups;

/// <summary>A set of entities of one type, or of users, that policies can refer to.</summary>
public sealed record ResourceGroup : Resource
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 100)]
    public required string Name { get; init; }

    /// <summary>
    /// Type of its entities in lowercase, such as <c>meter</c>. Not returned, because it is in the path.
    /// </summary>
    [ServerSet]
    public string Type { get; init; } = "";
}

/// <summary>What a member of a resource group is.</summary>
public enum TargetType
{
    /// <summary>An entity.</summary>
    Item,

    /// <summary>A resource group of the same type, including all of its members.</summary>
    Group,
}

/// <summary>A member of a resource group.</summary>
public sealed record ResourceGroupItem : Resource
{
    /// <summary>UUID of the group. Not returned, because it is in the path.</summary>
    [ServerSet]
    public string GroupId { get; init; } = "";

    /// <summary>UUID of the member.</summary>
    public required string TargetId { get; init; }

    /// <summary>What the member is.</summary>
    public required TargetType TargetType { get; init; }
}

/// <summary>The body of a request to add or remove a member.</summary>
public sealed record ResourceGroupItemRequest
{
    /// <summary>The version of the group. If given, it must match the stored version.</summary>
    public long Version { get; init; }

    /// <summary>UUID of the member.</summary>
    [Characters(1, int.MaxValue)]
    public required string TargetId { get; init; }

    /// <summary>Whether the member is an <c>item</c> or a <c>group</c> (case-insensitive).</summary>
    [ChoicesInContract(typeof(TargetType))]
    public required string TargetType { get; init; }
}

/// <summary>The definition of resource groups.</summary>
public static class ResourceGroupResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<ResourceGroup> Definition { get; } =
        new("ResourceGroup", "resourcegroups", () => AccessJson.Format.ResourceGroup)
        {
            DefinesPermissions = true,
            RevokesAccess = (current, _) => current is not null,
            IsInternal = true,
            HasIdsFilter = false,
            IndexedBy = [new("type", group => group.Type) { HasFewValues = true }],
            Complete = (group, current, _) => ValueTask.FromResult(
                current is null ? group : group with { Type = current.Type }),
        };
}

/// <summary>The definition of members of resource groups.</summary>
public static class ResourceGroupItemResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<ResourceGroupItem> Definition { get; } =
        new("ResourceGroupItem", "contents", () => AccessJson.Format.ResourceGroupItem)
        {
            DefinesPermissions = true,
            IsInternal = true,
            UniqueBy = [new("membership", item => $"{item.GroupId} {item.TargetType} {item.TargetId}")],
            IndexedBy = [new("target_id", item => item.TargetId)],
            Refers = [new("groupId", "ResourceGroup", item => item.GroupId)],
        };
}
