using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Tallystick.Server.Permissions;

/// <summary>
/// What a principal may do: the rules of all its policies. What was worked out for an operation is remembered.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="membersOf">Ids of the entities of a type in a group, nested groups included; <c>*</c> is any.</param>
internal sealed class Grants(IReadOnlyList<PermissionRule> rules, Func<string, string, IEnumerable<string>> membersOf)
{
    private readonly ConcurrentDictionary<Permission, Reach> _reaches = new(ReferenceEqualityComparer.Instance);

    /// <summary>Of who may do nothing.</summary>
    internal static Grants Nothing { get; } = new([], (_, _) => []);

    /// <summary>How far a permission goes. The permission is one of an operation: there are only so many.</summary>
    internal Reach Of(Permission permission) =>
        _reaches.TryGetValue(permission, out var reach) ? reach : _reaches.GetOrAdd(permission, Work);

    /// <summary>
    /// The first of the rules that the principal could not pass on, since it would give more than the principal has:
    /// null when there is none. Of what is taken away, a deny counts as given.
    /// </summary>
    /// <param name="given">Rules that somebody is to gain by.</param>
    /// <param name="withheld">Rules that are given together with them, and forbid.</param>
    internal PermissionRule? FirstBeyond(IEnumerable<PermissionRule> given, IReadOnlyList<PermissionRule> withheld) =>
        given.FirstOrDefault(rule => !MayGive(rule, withheld));

    private bool MayGive(PermissionRule given, IReadOnlyList<PermissionRule> withheld)
    {
        var missing = given.Actions;
        foreach (var rule in rules)
        {
            if (!rule.IsDeny && rule.Pattern.Covers(given.Pattern))
                missing &= ~rule.Actions;
            // What is denied to the giver must be denied to the receiver by the same means.
            if (rule.IsDeny && (rule.Actions & given.Actions) != 0 && rule.Pattern.Meets(given.Pattern)
                && !withheld.Any(own => own.IsDeny && own.Pattern.Covers(rule.Pattern)
                    && (rule.Actions & given.Actions & ~own.Actions) == 0))
                return false;
        }
        return missing == 0;
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
