using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.EndDating;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.EndDating;

/// <summary>Ends billing entities of an account or a contract, by kind, in one request.</summary>
internal sealed class EndDateOperations(ResourceService resources, EndBillingEntities entities)
{
    private static readonly ApiSchema Request =
        new("EndDateBillingEntitiesRequest", EndDateBillingEntitiesRequest.Shape) { IsRequest = true };

    private static readonly ApiSchema Answer =
        new("EndDateBillingEntitiesResponse", EndDateBillingEntitiesResponse.Shape);

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Put("accounts", "EndDateBillingEntitiesForAccount", "Account",
            "End the billing entities of an account", o => o.AccountAsync),
        Put("contracts", "EndDateBillingEntitiesForContract", "Contract",
            "End the billing entities of a contract", o => o.ContractAsync),
    ];

    private static ApiOperation Put(
        string path, string id, string tag, string summary, Func<EndDateOperations, Func<ApiCall, Task>> handle) =>
        new("PUT", $"/organizations/{{orgId}}/{path}/{{id}}/enddatebillingentities", id, tag, summary, Answer,
            Run.By(handle))
        {
            Body = Request,
            Permission = Permission.On(PermissionAction.ConfigUpdate, Permission.Config(tag)).Item(),
            Description = """
                Ends the entities of the given kinds that are active at the end date. Pricings are ended only on plans
                created for this account alone; pricings of plans that others may use, and entities whose rules do not
                allow that end date, are reported as failed. Requires `config:update` on each kind; an entity that you
                may not update is reported as failed.
                """,
        };

    private async Task AccountAsync(ApiCall call)
    {
        var request = await ReadAsync(call);
        var response = await entities.EndForAccountAsync(
            call.OrganizationId, call.Caller.AuditName, call.Grants, call.Route("id"), request,
            accounts => RequireUpdate(call, accounts), call.Cancelled);
        await call.AnswerAsync(response.ToJson());
    }

    private static void RequireUpdate(ApiCall call, IReadOnlyList<string> accounts)
    {
        var update = EntityPermissions.Update(AccountResource.Definition);
        if (!accounts.All(call.Grants.Of(update).Holds))
            throw new ForbiddenException(
                $"Forbidden: this requires the permission {update.Describe()} for each child of the account");
    }

    private async Task ContractAsync(ApiCall call)
    {
        var request = await ReadAsync(call);
        var response = await entities.EndForContractAsync(
            call.OrganizationId, call.Caller.AuditName, call.Grants, call.Route("id"), request, call.Cancelled);
        await call.AnswerAsync(response.ToJson());
    }

    private async Task<EndDateBillingEntitiesRequest> ReadAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var request = EndDateBillingEntitiesRequest.Read(
            EndDateBillingEntitiesRequest.Shape.Check(body.RootElement, await resources.ZoneAsync(call)));
        foreach (var kind in request.BillingEntities)
        {
            var update = EntityPermissions.Update(EndBillingEntities.DefinitionOf(kind));
            if (call.Grants.Of(update).IsNone)
                throw new ForbiddenException($"Forbidden: this requires the permission {update.Describe()}");
        }
        return request;
    }
}
