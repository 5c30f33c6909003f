using NodaTime;
using Tallystick.Access.Credentials;

namespace Tallystick.Access.Permissions;

/// <summary>A principal with access, and its permissions at one moment.</summary>
public sealed record RosterEntry
{
    /// <summary>Its kind.</summary>
    public required PrincipalType Type { get; init; }

    /// <summary>Its UUID.</summary>
    public required string Id { get; init; }

    /// <summary>True for a support user.</summary>
    public bool IsSupport { get; init; }

    /// <summary>When its access ends; the maximum instant for never.</summary>
    public Instant Ends { get; init; } = Instant.MaxValue;

    /// <summary>True if its access has ended.</summary>
    public bool IsOverAt(Instant now) => Ends <= now;

    /// <summary>Identifies the sources of its rules and their versions: equal sources have equal rules.</summary>
    public required string Sources { get; init; }

    /// <summary>The rules of all its policies, including those of its groups, and of its own statements.</summary>
    public required IReadOnlyList<PermissionRule> Rules { get; init; }

    /// <summary>The number of resources in its statements as written; some correspond to several rules.</summary>
    public required int Resources { get; init; }

    /// <summary>True if it has full permissions and no denies.</summary>
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

    /// <summary>True if its rules permit less than before. True if uncertain.</summary>
    /// <param name="before">The previous state of the principal.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public bool PermitsLess(RosterEntry before, CancellationToken cancellationToken) =>
        Sources != before.Sources
        && (IsNotCovered(before.Rules.Except(Rules).Where(rule => !rule.IsDeny), Rules, cancellationToken)
            || IsNotCovered(Rules.Except(before.Rules).Where(rule => rule.IsDeny), before.Rules, cancellationToken));

    // Whether some of the rules, which all have the same effect, are not covered by the other rules with that effect.
    private static bool IsNotCovered(
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
