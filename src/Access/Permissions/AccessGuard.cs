using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Checks a change of permissions within its transaction by comparing the access of all principals before and after. To
/// revoke permissions, the caller must have them, and every organization must keep a principal with full and usable
/// access.
/// </summary>
/// <param name="organization">Reads the organization.</param>
/// <param name="installation">Reads access keys and logins.</param>
/// <param name="organizationId">UUID of the organization.</param>
/// <param name="by">The principal who makes the change, as in audit fields.</param>
/// <param name="now">The time of the change.</param>
internal sealed class AccessGuard(
    IResourceReader organization, IResourceReader installation, string organizationId, string by, Instant now)
    : IAccessWatch
{
    private readonly HashSet<string> _losingKeys = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Before, string After), bool> _compared = [];
    private readonly Dictionary<(ResourcePattern Pattern, bool IsDeny), bool> _shrunk = [];
    private AccessRoster? _before;
    private bool _isCallerActive;
    private Administrators _administrators = new(false, false);
    private bool _changesGroups;

    /// <inheritdoc/>
    public async ValueTask BeforeAsync(Resource? current, Resource? proposed)
    {
        if (_before is null)
        {
            _before = await AccessRoster.ReadAsync(organization);
            _administrators = await AdministratorsAsync(_before);
            _isCallerActive = await SignIns.IsActiveAsync(installation, organizationId, _before.Find(by), now);
        }
        if (current is AccessKey key)
            _losingKeys.Add(key.ServiceUserId);
        _changesGroups |= (current ?? proposed) is ResourceGroup or ResourceGroupItem;
    }

    /// <inheritdoc/>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var after = await AccessRoster.ReadAsync(organization);
        LimitRules(_before!, after);
        CheckRevocations(_before!, after, cancellationToken);
        var administrators = await AdministratorsAsync(after);
        if ((_administrators.AnyLasting && !administrators.AnyLasting) || (_administrators.Any && !administrators.Any))
            throw new RefusedException(new Issue(
                "last_administrator", "",
                "An organization must keep at least one principal with full permissions, an active access key or a "
                    + "login whose password does not expire, and access that does not end. This change would remove "
                    + "the last one",
                IssueKind.Conflict));
    }

    // Limits the work of each comparison. Principals that already exceed the limit may only reduce their number.
    private static void LimitRules(AccessRoster before, AccessRoster after)
    {
        foreach (var entry in after.Entries.Where(entry => entry.Resources > PermissionStatements.MaxResources))
        {
            if (entry.Resources > (before.Find(entry.Type, entry.Id)?.Resources ?? 0))
                throw new RefusedException(new Issue(
                    "count", "",
                    $"The {Principals.Words(entry.Type)} '{entry.Id}' would have more than "
                        + $"{PermissionStatements.MaxResources} resources across all of its statements",
                    IssueKind.Conflict));
        }
    }

    // Changes by the server itself, such as accepting an invitation, were checked when they were requested.
    private void CheckRevocations(AccessRoster before, AccessRoster after, CancellationToken cancellationToken)
    {
        if (!by.Contains('_', StringComparison.Ordinal))
            return;
        // A caller with full permissions may revoke anything.
        if (_isCallerActive && before.Find(by)!.IsWhole)
            return;
        var losing = before.Entries.Where(entry => HasLess(entry, before, after, cancellationToken)).ToList();
        if (losing.Count == 0)
            return;
        if (!_isCallerActive)
            throw new ForbiddenException("Forbidden: your access has been revoked");
        var caller = before.Find(by)!;
        var grants = new Grants(caller.Rules, (_, _) => []);
        foreach (var entry in losing.DistinctBy(entry => entry.Sources))
        {
            if (grants.FirstNotCovered(entry.Rules.Where(rule => !rule.IsDeny), entry.Rules, cancellationToken)
                is { } beyond)
                throw new ForbiddenException(
                    $"Forbidden: this would revoke access of the {Principals.Words(entry.Type)} '{entry.Id}', which "
                    + $"has a permission that you do not have: {beyond.Describe()}");
        }
    }

    private bool HasLess(
        RosterEntry entry, AccessRoster before, AccessRoster after, CancellationToken cancellationToken)
    {
        if (after.Find(entry.Type, entry.Id) is not { } left || left.Ends < entry.Ends)
            return true;
        if (entry.Type == PrincipalType.Serviceuser && _losingKeys.Contains(entry.Id))
            return true;
        // Principals with the same policies have the same rules, which need to be compared only once.
        if (_compared.TryGetValue((entry.Sources, left.Sources), out var isLess))
            return isLess;
        isLess = left.PermitsLess(entry, cancellationToken)
            || (_changesGroups && entry.Rules.Any(rule => MembersReduced(rule, before, after, cancellationToken)));
        return _compared[(entry.Sources, left.Sources)] = isLess;
    }

    // Whether a rule for a group permits less, or forbids more, because of changed members.
    private bool MembersReduced(
        PermissionRule rule, AccessRoster before, AccessRoster after, CancellationToken cancellationToken)
    {
        if (rule.Pattern.Scope != PatternScope.Group)
            return false;
        cancellationToken.ThrowIfCancellationRequested();
        var key = (rule.Pattern, rule.IsDeny);
        if (!_shrunk.TryGetValue(key, out var hasShrunk))
            _shrunk[key] = hasShrunk = !(rule.IsDeny ? before : after).MembersOf(rule.Pattern).IsSupersetOf(
                (rule.IsDeny ? after : before).MembersOf(rule.Pattern));
        return hasShrunk;
    }

    // Support users do not count, because their access is temporary.
    private async ValueTask<Administrators> AdministratorsAsync(AccessRoster roster)
    {
        var whole = roster.Entries.Where(entry => !entry.IsSupport && !entry.IsOverAt(now) && entry.IsWhole).ToList();
        var signIns = await SignInsAsync(whole);
        return new Administrators(
            signIns.Count > 0,
            whole.Any(entry =>
                entry.Ends == Instant.MaxValue && signIns.TryGetValue(entry.Id, out var lasts) && lasts));
    }

    private ValueTask<IReadOnlyDictionary<string, bool>> SignInsAsync(IReadOnlyList<RosterEntry> entries) =>
        SignIns.ReadAsync(installation, organizationId, entries, now);

    /// <summary>Whether there are principals with full permissions, and some whose access does not end.</summary>
    private sealed record Administrators(bool Any, bool AnyLasting);
}
