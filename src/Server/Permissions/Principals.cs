using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Server.Auth;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.Users;

namespace Tallystick.Server.Permissions;

/// <summary>What is the same for every kind of principal.</summary>
internal static class Principals
{
    /// <summary>The kind in words.</summary>
    internal static string Words(PrincipalType type) => type switch
    {
        PrincipalType.User => "user",
        PrincipalType.Usergroup => "user group",
        PrincipalType.Serviceuser => "service user",
        PrincipalType.Supportusers => "support users",
    };

    /// <summary>True when there is such a principal.</summary>
    internal static async ValueTask<bool> ExistsAsync(IResourceReader related, PrincipalType type, string? id) =>
        type switch
        {
            PrincipalType.Serviceuser => await related.FindAsync<ServiceUser>(id) is not null,
            PrincipalType.User => await related.FindAsync<OrgUser>(id) is not null,
            PrincipalType.Usergroup => (await related.FindAsync<ResourceGroup>(id))?.Type == GroupTypes.User,
            PrincipalType.Supportusers => true,
        };

    /// <summary>Adds an issue when nobody would be left who may do everything.</summary>
    internal static async ValueTask CheckStaysAdministratedAsync(
        PrincipalPermission leaving, IResourceReader related, Issues issues)
    {
        if (leaving.PermissionPolicyId != ManagedPolicies.Administrator.Id || !IsAdministrator(leaving))
            return;
        var attached = await related.ListAsync<PrincipalPermission>(
            Condition.Equal("permission_policy_id", ManagedPolicies.Administrator.Id));
        if (!attached.Any(one => one.Id != leaving.Id && IsAdministrator(one)))
            issues.AddConflict("last_administrator", "", "The last administrator of the organization must stay one");
    }

    // A group may be empty, and support users come and go.
    private static bool IsAdministrator(PrincipalPermission attached) =>
        attached.PrincipalType is PrincipalType.Serviceuser or PrincipalType.User;
}
