using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Users;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>A consistent snapshot of all principals of an organization and their permissions.</summary>
internal sealed class AccessRoster
{
    private readonly AccessFacts _facts;
    private readonly Dictionary<string, RosterEntry> _entries = new(StringComparer.OrdinalIgnoreCase);

    private AccessRoster(AccessFacts facts) => _facts = facts;

    /// <summary>All principals with their permissions.</summary>
    public IReadOnlyCollection<RosterEntry> Entries => _entries.Values;

    /// <summary>The groups of the organization.</summary>
    public GroupMembers Groups => _facts.Groups;

    /// <summary>Reads it.</summary>
    public static async ValueTask<AccessRoster> ReadAsync(IResourceReader related)
    {
        var all = Condition.And();
        var roster = new AccessRoster(await AccessFacts.ReadAsync(related));
        foreach (var user in await related.ListAsync<ServiceUser>(all))
            roster.Add(PrincipalType.Serviceuser, user.Id, null);
        foreach (var user in await related.ListAsync<OrgUser>(all))
            roster.Add(PrincipalType.User, user.Id, user);
        return roster;
    }

    /// <summary>The principal with a name in audit fields; null if there is none.</summary>
    public RosterEntry? Find(string auditName) => _entries.GetValueOrDefault(auditName);

    /// <summary>The principal; null if there is none.</summary>
    public RosterEntry? Find(PrincipalType type, string id) => Find(PrincipalPermission.PrincipalKey(type, id));

    /// <summary>Ids of the members of the groups that a pattern refers to.</summary>
    public HashSet<string> MembersOf(ResourcePattern pattern) => new(
        Groups.Types.Where(type => pattern.IsOfType(ResourceNames.Canonical($"config:{type}")))
            .SelectMany(type => Groups.Of(type, pattern.Id)),
        StringComparer.OrdinalIgnoreCase);

    private void Add(PrincipalType type, string id, OrgUser? user) =>
        _entries[PrincipalPermission.PrincipalKey(type, id)] = _facts.Of(type, id, user);
}
