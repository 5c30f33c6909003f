using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Users;

/// <summary>The permissions of support users in the organization, and when they end.</summary>
public sealed record Support : Resource
{
    /// <summary>The date and time (ISO 8601) when support users lose access.</summary>
    public required Instant DtEndSupportUsersAccess { get; init; }

    /// <summary>Permission statements of support users, in addition to the attached policies.</summary>
    public IReadOnlyList<SupportStatement>? SupportUsersPermissionPolicy { get; init; }

    /// <summary>The statements.</summary>
    internal IEnumerable<PermissionStatement> Statements =>
        (SupportUsersPermissionPolicy ?? []).Select(statement => statement.Plain);
}

/// <summary>Permits or forbids support users actions on resources.</summary>
public sealed record SupportStatement
{
    /// <summary>Whether the actions are permitted: <c>allow</c> or <c>deny</c> (case-insensitive).</summary>
    public required string Effect { get; init; }

    /// <summary>The actions, such as <c>config:retrieve</c>.</summary>
    public required IReadOnlyList<string> Action { get; init; }

    /// <summary>The resources, such as <c>config:meter</c>.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<string> Resource { get; init; }

    /// <summary>The same as a statement of a policy.</summary>
    internal PermissionStatement Plain => new() { Effect = Effect, Action = Action, Resource = Resource };
}

/// <summary>The definition of the access of support users.</summary>
public static class SupportResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Support> Definition { get; } =
        new("Support", "support", () => AccessJson.Format.Support)
        {
            DefinesPermissions = true,
            IsSingleton = true,
            DescribesAudit = false,
            Check = (support, issues) => PermissionStatements.Check(
                [.. support.Statements], "supportUsersPermissionPolicy", issues),
        };
}
