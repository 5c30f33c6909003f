using NodaTime;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.Users;

namespace Tallystick.Server.Permissions;

/// <summary>Everybody who may act in an organization, and what they may do, as one moment has it.</summary>
internal sealed class AccessRoster
{
    private readonly Dictionary<string, PermissionPolicy> _policies;
    private readonly Dictionary<string, IReadOnlyList<PermissionRule>> _rules = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> _attached;
    private readonly Support? _support;
    private readonly Dictionary<string, RosterEntry> _entries = new(StringComparer.OrdinalIgnoreCase);

    private AccessRoster(
        IReadOnlyList<PermissionPolicy> policies, IReadOnlyList<PrincipalPermission> attached, Support? support,
        GroupMembers groups)
    {
        _policies = policies.ToDictionary(policy => policy.Id, StringComparer.Ordinal);
        _attached = attached.ToLookup(
            one => PrincipalPermission.PrincipalKey(one.PrincipalType, one.PrincipalId),
            one => one.PermissionPolicyId, StringComparer.OrdinalIgnoreCase);
        _support = support;
        Groups = groups;
    }

    /// <summary>All of them.</summary>
    internal IReadOnlyCollection<RosterEntry> Entries => _entries.Values;

    /// <summary>The groups of the organization.</summary>
    internal GroupMembers Groups { get; }

    internal static async ValueTask<AccessRoster> ReadAsync(IResourceReader related)
    {
        var all = Condition.And();
        var roster = new AccessRoster(
            await related.ListAsync<PermissionPolicy>(all), await related.ListAsync<PrincipalPermission>(all),
            (await related.ListAsync<Support>(all)).FirstOrDefault(), await GroupMembers.ReadAsync(related));
        foreach (var user in await related.ListAsync<ServiceUser>(all))
            roster.Add(PrincipalType.Serviceuser, user.Id, null);
        foreach (var user in await related.ListAsync<OrgUser>(all))
            roster.Add(PrincipalType.User, user.Id, user);
        return roster;
    }

    /// <summary>The principal that audit fields call so; null when there is none.</summary>
    internal RosterEntry? Find(string auditName) => _entries.GetValueOrDefault(auditName);

    /// <summary>The principal; null when there is none.</summary>
    internal RosterEntry? Find(PrincipalType type, string id) => Find(PrincipalPermission.PrincipalKey(type, id));

    /// <summary>Ids of what is in the groups that a pattern is about.</summary>
    internal HashSet<string> MembersOf(ResourcePattern pattern) => new(
        Groups.Types.Where(type => pattern.IsOfType(ResourceNames.Canonical($"config:{type}")))
            .SelectMany(type => Groups.Of(type, pattern.Id)),
        StringComparer.OrdinalIgnoreCase);

    private void Add(PrincipalType type, string id, OrgUser? user)
    {
        var isSupport = user?.SupportUser == true;
        var policies = PrincipalsOf(type, id, user).SelectMany(key => _attached[key]).Distinct(StringComparer.Ordinal)
            .Where(_policies.ContainsKey).Order(StringComparer.Ordinal).ToList();
        var own = isSupport
            ? (Of: "support", Version: _support?.Version ?? 0, Statements: _support?.Statements)
            : (Of: id, Version: user?.Version ?? 0, Statements: user?.PermissionPolicy);
        var ends = user?.DtEndAccess ?? Instant.MaxValue;
        _entries[PrincipalPermission.PrincipalKey(type, id)] = new RosterEntry
        {
            Type = type,
            Id = id,
            IsSupport = isSupport,
            Ends = isSupport
                ? Instant.Min(ends, _support?.DtEndSupportUsersAccess ?? Instant.MinValue)
                : ends,
            // Most have no statements of their own: those with the same policies have the same sources.
            Sources = string.Join(' ', policies.Select(one => $"{one}:{_policies[one].Version}"))
                + (own.Statements?.Any() == true ? $" {own.Of}:{own.Version}" : ""),
            Rules = [.. policies.SelectMany(RulesOf), .. PermissionStatements.Rules(own.Statements)],
            Resources = policies.Select(one => _policies[one].Statements).Append(own.Statements ?? [])
                .Sum(statements => statements.Sum(statement => statement.Resource.Count)),
        };
    }

    private IEnumerable<string> PrincipalsOf(PrincipalType type, string id, OrgUser? user)
    {
        if (user?.SupportUser == true)
            return [PrincipalPermission.PrincipalKey(PrincipalType.Supportusers, null)];
        var groups = user is null
            ? []
            : Groups.Around(id).Select(group => PrincipalPermission.PrincipalKey(PrincipalType.Usergroup, group));
        return groups.Prepend(PrincipalPermission.PrincipalKey(type, id));
    }

    private IReadOnlyList<PermissionRule> RulesOf(string policyId)
    {
        if (!_rules.TryGetValue(policyId, out var rules))
            _rules[policyId] = rules = [.. PermissionStatements.Rules(_policies[policyId].Statements)];
        return rules;
    }
}
