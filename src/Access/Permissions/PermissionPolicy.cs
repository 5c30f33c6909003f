using System.Text.Json.Serialization;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>A set of statements that define the permissions of the principals it is attached to.</summary>
public sealed record PermissionPolicy : Resource
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 100)]
    public required string Name { get; init; }

    /// <summary>The statements.</summary>
    [MinimumItems(1)]
    [JsonPropertyName("permissionPolicy")]
    public required IReadOnlyList<PermissionStatement> Statements { get; init; }

    /// <summary>True for a policy that every organization has and that cannot be changed or deleted.</summary>
    [ServerSet]
    public bool ManagedPolicy { get; init; }
}

/// <summary>The definition of permission policies.</summary>
public static class PermissionPolicyResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<PermissionPolicy> Definition { get; } =
        new("PermissionPolicy", "permissionpolicies", () => AccessJson.Format.PermissionPolicy)
        {
            DefinesPermissions = true,
            RevokesAccess = (current, _) => current is not null,
            HasIdsFilter = false,
            IndexedBy = [new("is_managed", policy => policy.ManagedPolicy ? "true" : null)],
            Check = (policy, issues) => PermissionStatements.Check(policy.Statements, "permissionPolicy", issues),
            CheckAgainst = (_, current, _, issues) => RefuseManaged(current, issues, "changed"),
            CheckDelete = (current, _, issues) => RefuseManaged(current, issues, "deleted"),
        };

    private static ValueTask RefuseManaged(PermissionPolicy? current, Issues issues, string what)
    {
        if (current is { ManagedPolicy: true })
            issues.Add("managed", "", $"The policy {current.Name} is a managed policy and cannot be {what}");
        return ValueTask.CompletedTask;
    }
}
