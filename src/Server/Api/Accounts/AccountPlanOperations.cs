using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Accounts;

/// <summary>Operations of account plans beyond those that every resource has.</summary>
internal sealed class AccountPlanOperations(ResourceService resources, AccountPlanReplacement replacement)
{
    private static readonly ResourceDefinition<AccountPlan> Definition = AccountPlanResource.Definition;
    private static readonly ObjectShape Entity = Definition.Shape with { IsEntity = true };

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new(
            "POST", "/organizations/{orgId}/accountplans/{id}/replace", "ReplaceAccountPlan", "AccountPlan",
            "Replace an account plan with another",
            new ApiSchema("ReplaceAccountPlanResponse", new ObjectShape(
                "ReplacedAccountPlan", [new("originalAccountPlan", Entity), new("newAccountPlan", Entity)])),
            Run.By<AccountPlanOperations>(o => o.ReplaceAsync))
        {
            Permission = EntityPermissions.Update(Definition).Item(),
            AlsoNeeds = [Permission.On(PermissionAction.ConfigCreate, "config:accountPlan")],
            Body = new ApiSchema("AccountPlanRequest", Definition.Shape) { IsRequest = true },
            Description = """
                Ends the account plan when the given one starts, and creates the given one. The request is atomic.
                """,
        },
    ];

    private async Task ReplaceAsync(ApiCall call)
    {
        var proposed = await resources.ReadProposedAsync(call, Definition);
        var (ended, created) = await replacement.ReplaceAsync(
            call.OrganizationId, call.Caller.AuditName, call.Grants, call.Route("id"), proposed, call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["originalAccountPlan"] = JsonNode.Parse(Definition.Write(ended)),
            ["newAccountPlan"] = JsonNode.Parse(Definition.Write(created)),
        }));
    }
}
