using NodaTime;
using Tallystick.Server.Auth;

namespace Tallystick.Server.Permissions;

/// <summary>A principal that may act, and what it may do at one moment.</summary>
internal sealed record RosterEntry
{
    /// <summary>Its kind.</summary>
    internal required PrincipalType Type { get; init; }

    /// <summary>Its UUID.</summary>
    internal required string Id { get; init; }

    /// <summary>True for a support user.</summary>
    internal bool IsSupport { get; init; }

    /// <summary>When its access ends; the greatest instant for never.</summary>
    internal Instant Ends { get; init; } = Instant.MaxValue;

    /// <summary>Names where its rules come from, and their versions: equal sources have equal rules.</summary>
    internal required string Sources { get; init; }

    /// <summary>The rules of all its policies, through groups too, and of its own statements.</summary>
    internal required IReadOnlyList<PermissionRule> Rules { get; init; }

    /// <summary>True when it may do everything there is, and nothing is denied to it.</summary>
    internal bool IsWhole => new Grants(Rules, (_, _) => []).FirstBeyond(
        [new PermissionRule(false, PermissionAction.All, ResourcePattern.Everything)], []) is null;

    /// <summary>True when it may do something less than before, judged by the rules; when in doubt, true.</summary>
    internal bool HasLess(RosterEntry before) =>
        Ends < before.Ends
        || (Sources != before.Sources
            && (before.Rules.Except(Rules).Where(rule => !rule.IsDeny).Any(rule => !IsCovered(rule, Rules))
                || Rules.Except(before.Rules).Where(rule => rule.IsDeny).Any(rule => !IsCovered(rule, before.Rules))));

    private static bool IsCovered(PermissionRule rule, IReadOnlyList<PermissionRule> by)
    {
        var missing = rule.Actions;
        foreach (var other in by)
        {
            if (other.IsDeny == rule.IsDeny && other.Pattern.Covers(rule.Pattern))
                missing &= ~other.Actions;
        }
        return missing == 0;
    }
}
