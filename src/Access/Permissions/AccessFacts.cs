using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Users;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>
/// The stored access data of an organization, or the part about one principal. This is the only place that derives a
/// principal's permissions and their end, so that requests and the check for the last administrator agree.
/// </summary>
internal sealed class AccessFacts
{
    private readonly Dictionary<string, PermissionPolicy> _policies;
    private readonly Dictionary<string, IReadOnlyList<PermissionRule>> _rules = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> _attached;
    private readonly Support? _support;

    /// <param name="policies">Policies of the organization.</param>
    /// <param name="attached">Their attachments.</param>
    /// <param name="support">The permissions of support users.</param>
    /// <param name="groups">The groups of the organization.</param>
    public AccessFacts(
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

    /// <summary>The groups of the organization.</summary>
    public GroupMembers Groups { get; }

    /// <summary>Reads everything.</summary>
    public static async ValueTask<AccessFacts> ReadAsync(IResourceReader related)
    {
        var all = Condition.And();
        return new AccessFacts(
            await related.ListAsync<PermissionPolicy>(all), await related.ListAsync<PrincipalPermission>(all),
            await FindSupportAsync(related), await GroupMembers.ReadAsync(related));
    }

    /// <summary>Reads the data about one principal.</summary>
    public static async ValueTask<AccessFacts> ReadAsync(
        IResourceReader related, PrincipalType type, string id, OrgUser? user)
    {
        var isSupport = user?.SupportUser == true;
        var groups = user is null || isSupport ? GroupMembers.None : await GroupMembers.ReadAsync(related);
        var attached = await related.ListAsync<PrincipalPermission>(
            new Condition.In("principal", [.. PrincipalsOf(type, id, user, groups)]));
        var policies = await related.ListAsync<PermissionPolicy>(
            new Condition.In("id", [.. attached.Select(one => one.PermissionPolicyId).Distinct()]));
        return new AccessFacts(policies, attached, isSupport ? await FindSupportAsync(related) : null, groups);
    }

    /// <summary>The permissions of support users; null if never set.</summary>
    public static async ValueTask<Support?> FindSupportAsync(IResourceReader related) =>
        (await related.ListAsync<Support>(Condition.And())).FirstOrDefault();

    /// <summary>The permissions of a principal, and when they end.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="id">Its UUID.</param>
    /// <param name="user">The user; null for a service user.</param>
    public RosterEntry Of(PrincipalType type, string id, OrgUser? user)
    {
        var isSupport = user?.SupportUser == true;
        var policies = PrincipalsOf(type, id, user, Groups).SelectMany(key => _attached[key])
            .Distinct(StringComparer.Ordinal).Where(_policies.ContainsKey).Order(StringComparer.Ordinal).ToList();
        var own = isSupport
            ? (Of: "support", Version: _support?.Version ?? 0, Statements: _support?.Statements)
            : (Of: id, Version: user?.Version ?? 0, Statements: user?.PermissionPolicy);
        var ends = user?.DtEndAccess ?? Instant.MaxValue;
        return new RosterEntry
        {
            Type = type,
            Id = id,
            IsSupport = isSupport,
            Ends = isSupport
                ? Instant.Min(ends, _support?.DtEndSupportUsersAccess ?? Instant.MinValue)
                : ends,
            // Most principals have no statements of their own, so those with the same policies have the same sources.
            Sources = string.Join(' ', policies.Select(one => $"{one}:{_policies[one].Version}"))
                + (own.Statements?.Any() == true ? $" {own.Of}:{own.Version}" : ""),
            Rules = [.. policies.SelectMany(RulesOf), .. PermissionStatements.Rules(own.Statements)],
            Resources = policies.Select(one => _policies[one].Statements).Append(own.Statements ?? [])
                .Sum(statements => statements.Sum(statement => statement.Resource.Count)),
        };
    }

    // The principal and its user groups, whose policies it has. Support users have only the policies of support.
    private static IEnumerable<string> PrincipalsOf(
        PrincipalType type, string id, OrgUser? user, GroupMembers groups)
    {
        if (user?.SupportUser == true)
            return [PrincipalPermission.PrincipalKey(PrincipalType.Supportusers, null)];
        var around = user is null
            ? []
            : groups.Around(id).Select(group => PrincipalPermission.PrincipalKey(PrincipalType.Usergroup, group));
        return around.Prepend(PrincipalPermission.PrincipalKey(type, id));
    }

    private IReadOnlyList<PermissionRule> RulesOf(string policyId)
    {
        if (!_rules.TryGetValue(policyId, out var rules))
            _rules[policyId] = rules = [.. PermissionStatements.Rules(_policies[policyId].Statements)];
        return rules;
    }
}
