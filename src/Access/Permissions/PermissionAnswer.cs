namespace Tallystick.Access.Permissions;

/// <summary>Whether rules permit something.</summary>
public enum Verdict
{
    /// <summary>They permit it.</summary>
    Yes,

    /// <summary>They permit it for some entities.</summary>
    Partly,

    /// <summary>They do not permit it.</summary>
    No,
}

/// <summary>The answer to whether rules permit something, with the rule that decides.</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Needed">The permission that decides.</param>
/// <param name="Rule">The rule that permits or forbids it; null if there is none, so that it is not permitted.</param>
public sealed record PermissionAnswer(Verdict Verdict, Permission Needed, PermissionRule? Rule)
{
    /// <summary>Answers for something that requires permissions, all of them.</summary>
    /// <param name="rules">The rules of a principal or of a policy.</param>
    /// <param name="needs">The permissions, at least one.</param>
    public static PermissionAnswer Of(IReadOnlyList<PermissionRule> rules, IReadOnlyList<Permission> needs) =>
        needs.Select(needed => Of(rules, needed)).MaxBy(answer => answer.Verdict)!;

    private static PermissionAnswer Of(IReadOnlyList<PermissionRule> rules, Permission needed)
    {
        var about = rules
            .Where(rule => rule.Actions.HasFlag(needed.Action) && rule.Pattern.IsOfType(needed.Name))
            .OrderBy(rule => rule.Pattern.Scope)
            .ToList();
        if (about.Find(rule => rule is { IsDeny: true, Pattern.Scope: PatternScope.Any }) is { } deny)
            return new(Verdict.No, needed, deny);
        if (about.Find(rule => !rule.IsDeny) is not { } allow)
            return new(Verdict.No, needed, null);
        // The rule that restricts is the one to know.
        var except = about.Find(rule => rule.IsDeny);
        return allow.Pattern.Scope == PatternScope.Any && except is null
            ? new(Verdict.Yes, needed, allow)
            : new(Verdict.Partly, needed, allow.Pattern.Scope == PatternScope.Any ? except : allow);
    }
}
