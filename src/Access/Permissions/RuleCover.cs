using System.Runtime.InteropServices;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Finds which rules cover another. Exact and prefix patterns are looked up; only patterns with other wildcards are
/// compared one by one, so that comparing long policies is not quadratic.
/// </summary>
internal sealed class RuleCover
{
    private readonly Dictionary<ResourcePattern, PermissionAction> _exact = [];
    private readonly Dictionary<ResourcePattern, PermissionAction> _beginnings = [];
    private readonly SortedSet<int> _lengths = [];
    private readonly List<PermissionRule> _others = [];

    /// <summary>Prepares rules that either all permit or all forbid.</summary>
    public RuleCover(IEnumerable<PermissionRule> rules)
    {
        foreach (var rule in rules)
        {
            Add(_exact, rule.Pattern, rule.Actions);
            var star = rule.Pattern.Type.IndexOf('*', StringComparison.Ordinal);
            if (star < 0)
                continue;
            if (star == rule.Pattern.Type.Length - 1)
            {
                _lengths.Add(star);
                Add(_beginnings, rule.Pattern with { Type = rule.Pattern.Type[..star] }, rule.Actions);
            }
            else
            {
                _others.Add(rule);
            }
        }
    }

    /// <summary>True if the rules together cover another rule. False if uncertain.</summary>
    public bool Covers(PermissionRule rule)
    {
        var wider = Wider(rule.Pattern);
        var missing = rule.Actions & ~Actions(_exact, wider);
        foreach (var length in _lengths)
        {
            if (missing == 0 || length > rule.Pattern.Type.Length)
                break;
            var beginning = rule.Pattern.Type[..length];
            missing &= ~Actions(_beginnings, wider.Select(pattern => pattern with { Type = beginning }));
        }
        foreach (var other in _others)
        {
            if (missing == 0)
                break;
            if ((other.Actions & missing) != 0 && other.Pattern.Covers(rule.Pattern))
                missing &= ~other.Actions;
        }
        return missing == 0;
    }

    // Candidates that cover the entities of a pattern, by type.
    private static List<ResourcePattern> Wider(ResourcePattern pattern) => pattern.Scope switch
    {
        PatternScope.Any => [pattern],
        PatternScope.Item => [pattern, pattern with { Scope = PatternScope.Any, Id = "" }],
        PatternScope.Group =>
        [
            pattern, pattern with { Id = ResourcePattern.Anything },
            pattern with { Scope = PatternScope.Any, Id = "" },
        ],
    };

    private static PermissionAction Actions(
        Dictionary<ResourcePattern, PermissionAction> known, IEnumerable<ResourcePattern> patterns) =>
        patterns.Aggregate(default(PermissionAction), (all, pattern) => all | known.GetValueOrDefault(pattern));

    private static void Add(
        Dictionary<ResourcePattern, PermissionAction> known, ResourcePattern pattern, PermissionAction actions) =>
        CollectionsMarshal.GetValueRefOrAddDefault(known, pattern, out _) |= actions;
}
