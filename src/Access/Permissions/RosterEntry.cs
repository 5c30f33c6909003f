using NodaTime;
using Tallystick.Access.Credentials;

namespace Tallystick.Access.Permissions;

/// <summary>A principal that may act, and what it may do at one moment.</summary>
public sealed record RosterEntry
{
    /// <summary>Its kind.</summary>
    public required PrincipalType Type { get; init; }

    /// <summary>Its UUID.</summary>
    public required string Id { get; init; }

    /// <summary>True for a support user.</summary>
    public bool IsSupport { get; init; }

    /// <summary>When its access ends; the greatest instant for never.</summary>
    public Instant Ends { get; init; } = Instant.MaxValue;

    /// <summary>True when its access has ended.</summary>
    public bool IsOverAt(Instant now) => Ends <= now;

    /// <summary>Names where its rules come from, and their versions: equal sources have equal rules.</summary>
    public required string Sources { get; init; }

    /// <summary>The rules of all its policies, through groups too, and of its own statements.</summary>
    public required IReadOnlyList<PermissionRule> Rules { get; init; }

    /// <summary>The resources of its statements, as they are written: some stand for several rules.</summary>
    public required int Resources { get; init; }

    /// <summary>True when it may do everything there is, and nothing is denied to it.</summary>
    public bool IsWhole
    {
        get
        {
            var missing = PermissionAction.All;
            foreach (var rule in Rules)
            {
                if (rule.IsDeny)
                    return false;
                if (rule.Pattern.Covers(ResourcePattern.Everything))
                    missing &= ~rule.Actions;
            }
            return missing == 0;
        }
    }

    /// <summary>True when its rules permit something less than those before; when in doubt, true.</summary>
    /// <param name="before">The principal as it was.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public bool PermitsLess(RosterEntry before, CancellationToken cancellationToken) =>
        Sources != before.Sources
        && (IsBeyond(before.Rules.Except(Rules).Where(rule => !rule.IsDeny), Rules, cancellationToken)
            || IsBeyond(Rules.Except(before.Rules).Where(rule => rule.IsDeny), before.Rules, cancellationToken));

    // Whether some of the rules, all of one effect, are not covered by the others of that effect.
    private static bool IsBeyond(
        IEnumerable<PermissionRule> rules, IReadOnlyList<PermissionRule> others, CancellationToken cancellationToken)
    {
        RuleCover? cover = null;
        foreach (var rule in rules)
        {
            cancellationToken.ThrowIfCancellationRequested();
            cover ??= new RuleCover(others.Where(other => other.IsDeny == rule.IsDeny));
            if (!cover.Covers(rule))
                return true;
        }
        return false;
    }
}
