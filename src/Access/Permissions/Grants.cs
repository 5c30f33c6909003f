using System.Collections.Concurrent;
using System.Collections.Frozen;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>The permissions of a principal: the rules of all its policies. Results per operation are cached.</summary>
/// <param name="rules">The rules.</param>
/// <param name="membersOf">Ids of the entities of a type in a group, nested groups included; <c>*</c> is any.</param>
public sealed class Grants(IReadOnlyList<PermissionRule> rules, Func<string, string, IEnumerable<string>> membersOf)
    : IVisibility
{
    private const int BetweenLooks = 64;

    private readonly ConcurrentDictionary<Permission, Reach> _reaches = new(ReferenceEqualityComparer.Instance);
    private readonly Lazy<RuleCover> _allows = new(() => new RuleCover(rules.Where(rule => !rule.IsDeny)));
    private readonly Lazy<IReadOnlyList<PermissionRule>> _denies = new(() => [.. rules.Where(rule => rule.IsDeny)]);

    /// <summary>No permissions.</summary>
    public static Grants Nothing { get; } = new([], (_, _) => []);

    /// <inheritdoc/>
    public bool MayRetrieve(ResourceDefinition definition, string id) =>
        Of(EntityPermissions.Retrieve(definition)).Holds(id);

    /// <inheritdoc/>
    public bool MayUpdate(ResourceDefinition definition, string id) =>
        Of(EntityPermissions.Update(definition)).Holds(id);

    /// <inheritdoc/>
    public void Check(ResourceDefinition target, string path, string value, string id, Issues issues) =>
        EntityPermissions.Check(this, target, path, value, id, issues);

    /// <summary>
    /// The reach of a permission of an operation. Cached, because the number of operations is limited.
    /// </summary>
    public Reach Of(Permission permission) =>
        _reaches.TryGetValue(permission, out var reach) ? reach : _reaches.GetOrAdd(permission, Work);

    /// <summary>
    /// The first rule that grants more than the principal has; null if there is none. When rules are removed, lifting a
    /// deny counts as granting.
    /// </summary>
    /// <param name="given">The rules to grant.</param>
    /// <param name="withheld">Denies that are granted together with them.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public PermissionRule? FirstNotCovered(
        IEnumerable<PermissionRule> given, IReadOnlyList<PermissionRule> withheld,
        CancellationToken cancellationToken = default)
    {
        // The withheld rules that cover a deny do not depend on the granted rule, so they are determined once.
        var covering = new Dictionary<PermissionRule, IReadOnlyList<PermissionRule>>(
            ReferenceEqualityComparer.Instance);
        var denies = withheld.Where(rule => rule.IsDeny).Distinct().ToList();
        IReadOnlyList<PermissionRule> Covering(PermissionRule deny)
        {
            if (!covering.TryGetValue(deny, out var found))
                covering[deny] = found = [.. denies.Where(own => own.Pattern.Covers(deny.Pattern))];
            return found;
        }
        foreach (var (index, rule) in given.Distinct().Index())
        {
            if (index % BetweenLooks == 0)
                cancellationToken.ThrowIfCancellationRequested();
            if (!MayGive(rule, Covering))
                return rule;
        }
        return null;
    }

    private bool MayGive(PermissionRule given, Func<PermissionRule, IReadOnlyList<PermissionRule>> covering)
    {
        // What is denied to the grantor must also be denied to the grantee.
        foreach (var rule in _denies.Value)
        {
            if ((rule.Actions & given.Actions) != 0 && rule.Pattern.Meets(given.Pattern)
                && !covering(rule).Any(own => (rule.Actions & given.Actions & ~own.Actions) == 0))
                return false;
        }
        return _allows.Value.Covers(given);
    }

    private Reach Work(Permission permission)
    {
        var (isWhole, isPartial) = (false, false);
        var allowed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var denied = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var rule in rules)
        {
            if ((rule.Actions & permission.Action) != permission.Action
                || !rule.Pattern.IsOfType(permission.Name))
                continue;
            if (rule is { IsDeny: true, Pattern.Scope: PatternScope.Any })
                return Reach.None;
            isWhole |= rule.Pattern.Scope == PatternScope.Any;
            isPartial |= !rule.IsDeny;
            if (rule.Pattern.Scope != PatternScope.Any)
                (rule.IsDeny ? denied : allowed).UnionWith(Ids(rule.Pattern, permission));
        }
        return new Reach(
            isWhole,
            isPartial ? allowed.ToFrozenSet(StringComparer.OrdinalIgnoreCase) : null,
            denied.ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }

    private IEnumerable<string> Ids(ResourcePattern pattern, Permission permission) =>
        pattern.Scope == PatternScope.Item ? [pattern.Id] : membersOf(permission.Type, pattern.Id);
}
