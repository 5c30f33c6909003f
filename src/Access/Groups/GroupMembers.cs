using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Groups;

/// <summary>A consistent snapshot of the resource groups of an organization and their members.</summary>
public sealed class GroupMembers
{
    private readonly Dictionary<string, ResourceGroup> _groups;
    private readonly ILookup<string, ResourceGroupItem> _members;
    private readonly ILookup<string, string> _holders;

    private GroupMembers(IReadOnlyList<ResourceGroup> groups, IReadOnlyList<ResourceGroupItem> items)
    {
        _groups = groups.ToDictionary(group => group.Id, StringComparer.OrdinalIgnoreCase);
        _members = items.ToLookup(item => item.GroupId, StringComparer.OrdinalIgnoreCase);
        _holders = items.ToLookup(item => item.TargetId, item => item.GroupId, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>No groups.</summary>
    public static GroupMembers None { get; } = new([], []);

    /// <summary>The types that have groups.</summary>
    public IEnumerable<string> Types => _groups.Values.Select(group => group.Type).Distinct();

    /// <summary>Reads the snapshot.</summary>
    public static async ValueTask<GroupMembers> ReadAsync(IResourceReader related) => new(
        await related.ListAsync<ResourceGroup>(Condition.And()),
        await related.ListAsync<ResourceGroupItem>(Condition.And()));

    /// <summary>Ids of the entities in a group of the type, nested groups included; <c>*</c> is any group.</summary>
    public IEnumerable<string> Of(string type, string groupId) =>
        _groups.Values
            .Where(one => GroupTypes.AreSame(one.Type, type)
                && (groupId == "*" || string.Equals(one.Id, groupId, StringComparison.OrdinalIgnoreCase)))
            .SelectMany(one => Within(one.Id))
            .SelectMany(id => _members[id])
            .Where(item => item.TargetType == TargetType.Item)
            .Select(item => item.TargetId);

    /// <summary>Ids of the group and of all groups nested in it.</summary>
    public IReadOnlySet<string> Within(string groupId) => Reached(groupId, id => _members[id]
        .Where(item => item.TargetType == TargetType.Group).Select(item => item.TargetId));

    /// <summary>Ids of the groups that contain something, directly or through nesting.</summary>
    public IReadOnlySet<string> Around(string id)
    {
        var around = _holders[id].SelectMany(holder => Reached(holder, one => _holders[one]));
        return around.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Ids of the group and of all groups that contain it.</summary>
    public IReadOnlySet<string> AroundGroup(string groupId) => Reached(groupId, id => _holders[id]);

    private static HashSet<string> Reached(string from, Func<string, IEnumerable<string>> next)
    {
        var reached = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { from };
        var waiting = new Queue<string>([from]);
        while (waiting.TryDequeue(out var id))
        {
            foreach (var other in next(id).Where(reached.Add))
                waiting.Enqueue(other);
        }
        return reached;
    }
}
