using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Accounts;

/// <summary>Operations of accounts beyond those that every resource has.</summary>
internal sealed class AccountOperations(ResourceService resources, ResourceLists lists)
{
    private const int MaximumChildren = 200;

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new(
            "GET", "/organizations/{orgId}/accounts/{id}/children",
                "ListAccountChildren", "Account", "List the children of an account",
            ResourceOperations.Page(AccountResource.Definition), Run.By<AccountOperations>(o => o.ChildrenAsync))
        {
            Parameters = ResourceOperations.PageParameters(MaximumChildren),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:account").Visible(),
            AlsoNeeds = [EntityPermissions.Retrieve(AccountResource.Definition).Item()],
        },
    ];

    private async Task ChildrenAsync(ApiCall call)
    {
        var parent = call.Route("id");
        await resources.FindJsonAsync(call, AccountResource.Definition, parent);
        await lists.AnswerAsync(
            call, AccountResource.Definition, Condition.Equal("parent_account_id", parent), MaximumChildren);
    }
}
