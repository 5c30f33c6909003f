using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Accounts;

/// <summary>Operations of accounts beyond those that every resource has.</summary>
internal static class AccountOperations
{
    private const int MaximumChildren = 200;

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new(
            "GET", "/organizations/{orgId}/accounts/{id}/children",
                "ListAccountChildren", "Account", "List the children of an account",
            ResourceOperations.Page(AccountResource.Definition), ChildrenAsync)
        {
            Parameters = ResourceOperations.PageParameters(MaximumChildren),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:account").Visible(),
            AlsoNeeds = [Sight.Retrieve(AccountResource.Definition).Item()],
        },
    ];

    private static async Task ChildrenAsync(ApiCall call)
    {
        var parent = call.Route("id");
        await call.Service<ResourceService>().FindJsonAsync(
            AccountResource.Definition, call.OrganizationId, parent, call.Cancelled);
        await ListRequest.AnswerAsync(
            call, AccountResource.Definition, Condition.Equal("parent_account_id", parent), MaximumChildren);
    }
}
