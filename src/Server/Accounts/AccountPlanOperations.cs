using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Accounts;

/// <summary>Operations of account plans beyond those that every resource has.</summary>
internal static class AccountPlanOperations
{
    private static readonly ResourceDefinition<AccountPlan> Definition = AccountPlanResource.Definition;
    private static readonly ObjectShape Entity = Definition.Shape with { IsEntity = true };

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new(
            "POST", "/organizations/{orgId}/accountplans/{id}/replace", "ReplaceAccountPlan", "AccountPlan",
            "Replace an account plan by another",
            new ApiSchema("ReplaceAccountPlanResponse", new ObjectShape(
                "ReplacedAccountPlan", [new("originalAccountPlan", Entity), new("newAccountPlan", Entity)])),
            ReplaceAsync)
        {
            Permission = Sight.Update(Definition).Item(),
            AlsoNeeds = [Permission.On(PermissionAction.ConfigCreate, "config:accountPlan")],
            Body = new ApiSchema("AccountPlanRequest", Definition.Shape) { IsRequest = true },
            Description = """
                Ends the account plan when the given one starts, and creates the given one. The request is atomic.
                """,
        },
    ];

    private static async Task ReplaceAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var proposed = (AccountPlan)Definition.Read(
            Definition.Shape.Check(body.RootElement, await call.ZoneAsync()));
        var (original, made) = await call.Service<ResourceService>().ChangeAsync(
            call.OrganizationId, call.Caller.AuditName, call.Cancelled, async change =>
            {
                var current = await change.Related.FindAsync<AccountPlan>(call.Route("id"))
                    ?? throw ResourceService.NotFound(Definition, call.Route("id"));
                CheckReplacement(current, proposed);
                var ended = await change.UpdateAsync(
                    Definition, current.Id, current with { EndDate = proposed.StartDate });
                return (ended, await change.CreateAsync(Definition, proposed));
            },
            caller: call.Grants);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["originalAccountPlan"] = JsonNode.Parse(Definition.Write(original)),
            ["newAccountPlan"] = JsonNode.Parse(Definition.Write(made)),
        }));
    }

    private static void CheckReplacement(AccountPlan current, AccountPlan proposed)
    {
        var issues = new Issues();
        if (proposed.AccountId != current.AccountId)
            issues.Add("other_account", "accountId", $"must be the account of the account plan, '{current.AccountId}'");
        if (proposed.StartDate <= current.StartDate || proposed.StartDate >= current.EndDate)
            issues.Add("order", "startDate", "must lie within the time of the account plan that is replaced, "
                + "after its startDate and before its endDate");
        issues.ThrowIfAny();
    }
}
