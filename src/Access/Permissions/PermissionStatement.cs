using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Access.Permissions;

/// <summary>Whether a statement permits or forbids.</summary>
public enum PermissionEffect
{
    /// <summary>Permits, unless another statement forbids.</summary>
    Allow,

    /// <summary>Forbids, even if another statement permits.</summary>
    Deny,
}

/// <summary>Permits or forbids actions on resources.</summary>
public sealed record PermissionStatement
{
    /// <summary>
    /// Whether the actions are permitted: <c>allow</c> or <c>deny</c> (case-insensitive). A deny always takes
    /// precedence.
    /// </summary>
    [ChoicesInContract(typeof(PermissionEffect))]
    public required string Effect { get; init; }

    /// <summary>
    /// The actions, such as <c>config:create</c> or <c>CONFIG_CREATE</c>; <c>all</c> or <c>*</c> for every action.
    /// </summary>
    [ChoicesInContract(typeof(PermissionAction))]
    public required IReadOnlyList<string> Action { get; init; }

    /// <summary>
    /// The resources: <c>*</c>, or <c>service:type</c> with wildcards, such as <c>config:meter</c> or <c>config:*</c>,
    /// optionally one entity (<c>config:plan/item/{id}</c>) or the entities of a resource group
    /// (<c>config:plan/group/{id}</c>).
    /// </summary>
    [MinimumItems(1)]
    public required IReadOnlyList<string> Resource { get; init; }
}

/// <summary>A parsed pair of actions and resources of a statement.</summary>
/// <param name="IsDeny">True if it forbids.</param>
/// <param name="Actions">The actions.</param>
/// <param name="Pattern">The resources, by their canonical names.</param>
public sealed record PermissionRule(bool IsDeny, PermissionAction Actions, ResourcePattern Pattern)
{
    /// <summary>Permits everything.</summary>
    public static PermissionRule Everything { get; } = new(false, PermissionAction.All, ResourcePattern.Everything);

    /// <summary>Its actions and resources in words.</summary>
    public string Describe()
    {
        var actions = Actions == PermissionAction.All
            ? [PermissionAction.All]
            : Enum.GetValues<PermissionAction>().Where(action => Actions.HasFlag(action));
        return $"{string.Join(", ", actions.Select(PermissionActions.Name))} on {Pattern}";
    }
}

/// <summary>Reads statements.</summary>
public static class PermissionStatements
{
    // Limits the work of evaluating a policy. The m3ter contract specifies no limit.
    private const int MaxResourcesOfPolicy = 1_000;

    /// <summary>Maximum number of resources of a principal in all its policies and its own statements.</summary>
    public const int MaxResources = 2_000;

    /// <summary>Adds an issue for each error in the statements.</summary>
    public static void Check(IReadOnlyList<PermissionStatement> statements, string path, Issues issues)
    {
        foreach (var (index, statement) in statements.Index())
        {
            var at = $"{path}[{index}]";
            if (!Enum.TryParse<PermissionEffect>(statement.Effect, ignoreCase: true, out _)
                || !char.IsAsciiLetter(statement.Effect[0]))
                issues.Add("unknown_value", $"{at}.effect", "must be allow or deny");
            if (statement.Action.Count == 0)
                issues.Add("count", $"{at}.action", "must have at least 1 entry");
            foreach (var (number, action) in statement.Action.Index())
            {
                if (!PermissionActions.TryRead(action, out _))
                    issues.Add("unknown_value", $"{at}.action[{number}]", "must be one of " + string.Join(
                        ", ", Enum.GetValues<PermissionAction>().Select(PermissionActions.Name)));
            }
            foreach (var (number, resource) in statement.Resource.Index())
            {
                // Patterns stored before the limit existed remain valid.
                if (!ResourcePattern.TryRead(resource, out var pattern)
                    || pattern.Wildcards > ResourcePattern.MaxWildcards)
                    issues.Add("form", $"{at}.resource[{number}]", ResourcePattern.Rule);
            }
        }
        if (statements.Sum(statement => statement.Resource.Count) > MaxResourcesOfPolicy)
            issues.Add("count", path, $"must have at most {MaxResourcesOfPolicy} resources in total");
    }

    /// <summary>The rules of checked statements, by the canonical names of resources.</summary>
    public static IEnumerable<PermissionRule> Rules(IEnumerable<PermissionStatement>? statements) =>
        from statement in statements ?? []
        let isDeny = Enum.Parse<PermissionEffect>(statement.Effect, ignoreCase: true) == PermissionEffect.Deny
        let actions = statement.Action.Aggregate(default(PermissionAction), (all, text) => all | Action(text))
        from resource in statement.Resource
        from pattern in ResourceNames.Canonical(Pattern(resource))
        select new PermissionRule(isDeny, actions, pattern);

    private static PermissionAction Action(string text) =>
        PermissionActions.TryRead(text, out var action) ? action : default;

    private static ResourcePattern Pattern(string text) => ResourcePattern.TryRead(text, out var pattern)
        ? pattern
        : throw new InvalidOperationException($"The resource '{text}' was stored unchecked.");
}
