using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Settings.Policies;

/// <summary>A kind of principal that policies are attached to.</summary>
/// <param name="List">The operation that lists the policies.</param>
/// <param name="Add">The operation that attaches a policy.</param>
/// <param name="Remove">The operation that detaches it.</param>
public sealed record PolicyHolder(string List, string Add, string Remove)
{
    /// <summary>Users.</summary>
    public static PolicyHolder User { get; } = new(
        "GET users/{id}/permissions", AddTo("user"), RemoveFrom("user"))
    {
        Policies = (api, id) => api.Client.Users.ListPermissionsAsync(id),
        AddAsync = (api, id, policy) => api.Client.PermissionPolicies.AddToUserAsync(policy, To(id), api.Cancelled),
        RemoveAsync = (api, id, policy) =>
            api.Client.PermissionPolicies.RemoveFromUserAsync(policy, To(id), api.Cancelled),
    };

    /// <summary>Service users.</summary>
    public static PolicyHolder ServiceUser { get; } = new(
        "GET serviceusers/{id}/permissions", AddTo("serviceuser"), RemoveFrom("serviceuser"))
    {
        Policies = (api, id) => api.Client.ServiceUsers.ListPermissionsAsync(id),
        AddAsync = (api, id, policy) =>
            api.Client.PermissionPolicies.AddToServiceUserAsync(policy, To(id), api.Cancelled),
        RemoveAsync = (api, id, policy) =>
            api.Client.PermissionPolicies.RemoveFromServiceUserAsync(policy, To(id), api.Cancelled),
    };

    /// <summary>User groups.</summary>
    public static PolicyHolder UserGroup { get; } = new(
        "GET resourcegroups/{type}/{resourceGroupId}/permissions", AddTo("usergroup"), RemoveFrom("usergroup"))
    {
        Policies = (api, id) => api.Client.ResourceGroups.ListPermissionsAsync(UserGroups.UserGroupTable.Type, id),
        AddAsync = (api, id, policy) =>
            api.Client.PermissionPolicies.AddToUserGroupAsync(policy, To(id), api.Cancelled),
        RemoveAsync = (api, id, policy) =>
            api.Client.PermissionPolicies.RemoveFromUserGroupAsync(policy, To(id), api.Cancelled),
    };

    /// <summary>Lists the policies.</summary>
    public required Func<OrganizationApi, string, PagedList<PermissionPolicy>> Policies { get; init; }

    /// <summary>Attaches a policy to a principal, both given by their ids.</summary>
    public required Func<OrganizationApi, string, string, Task> AddAsync { get; init; }

    /// <summary>Detaches a policy from a principal.</summary>
    public required Func<OrganizationApi, string, string, Task> RemoveAsync { get; init; }

    private static string AddTo(string kind) => $"POST permissionpolicies/{{permissionPolicyId}}/addto{kind}";

    private static string RemoveFrom(string kind) => $"POST permissionpolicies/{{permissionPolicyId}}/removefrom{kind}";

    private static PrincipalPermission To(string id) => new() { PrincipalId = id };
}
