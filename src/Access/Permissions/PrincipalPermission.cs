using Tallystick.Access.Credentials;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>A policy attached to a principal.</summary>
public sealed record PrincipalPermission : Resource
{
    /// <summary>UUID of the policy.</summary>
    public required string PermissionPolicyId { get; init; }

    /// <summary>UUID of the principal; absent for support users, who are one principal.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>The kind of the principal.</summary>
    public required PrincipalType PrincipalType { get; init; }

    /// <summary>The principal as a string.</summary>
    public static string PrincipalKey(PrincipalType type, string? id) => $"{JsonFormat.Name(type)}_{id}";
}

/// <summary>The definition of attached policies.</summary>
public static class PrincipalPermissionResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<PrincipalPermission> Definition { get; } =
        new("PrincipalPermission", "principalpermissions", () => AccessJson.Format.PrincipalPermission)
        {
            DefinesPermissions = true,
            IsInternal = true,
            UniqueBy = [new("attachment", one => $"{Key(one)} {one.PermissionPolicyId}")],
            IndexedBy = [new("principal", Key)],
            Refers = [new("permissionPolicyId", "PermissionPolicy", one => one.PermissionPolicyId)],
        };

    private static string Key(PrincipalPermission one) =>
        PrincipalPermission.PrincipalKey(one.PrincipalType, one.PrincipalId);
}
