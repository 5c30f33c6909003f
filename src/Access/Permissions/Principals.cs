using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Users;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>Functions for all kinds of principals.</summary>
internal static class Principals
{
    /// <summary>The kind in words.</summary>
    public static string Words(PrincipalType type) => type switch
    {
        PrincipalType.User => "user",
        PrincipalType.Usergroup => "user group",
        PrincipalType.Serviceuser => "service user",
        PrincipalType.Supportusers => "support users",
    };

    /// <summary>True if the principal exists.</summary>
    public static async ValueTask<bool> ExistsAsync(IResourceReader related, PrincipalType type, string? id) =>
        type switch
        {
            PrincipalType.Serviceuser => await related.FindAsync<ServiceUser>(id) is not null,
            PrincipalType.User => await related.FindAsync<OrgUser>(id) is not null,
            PrincipalType.Usergroup => (await related.FindAsync<ResourceGroup>(id))?.Type == GroupTypes.User,
            PrincipalType.Supportusers => true,
        };
}
