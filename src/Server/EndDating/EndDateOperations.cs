using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.EndDating;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.EndDating;

/// <summary>Ending what is billed to an account, or under a contract, in one request.</summary>
internal static class EndDateOperations
{
    private static readonly ApiSchema Request =
        new("EndDateBillingEntitiesRequest", EndDateBillingEntitiesRequest.Shape) { IsRequest = true };

    private static readonly ApiSchema Answer =
        new("EndDateBillingEntitiesResponse", EndDateBillingEntitiesResponse.Shape);

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Put("accounts", "EndDateBillingEntitiesForAccount", "Account",
            "End the billing entities of an account", AccountAsync),
        Put("contracts", "EndDateBillingEntitiesForContract", "Contract",
            "End the billing entities of a contract", ContractAsync),
    ];

    private static ApiOperation Put(string path, string id, string tag, string summary, Func<ApiCall, Task> handle) =>
        new("PUT", $"/organizations/{{orgId}}/{path}/{{id}}/enddatebillingentities", id, tag, summary, Answer, handle)
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

    private static Task AccountAsync(ApiCall call) => RunAsync(call, async (related, request) =>
    {
        var account = await FindAsync<Account>(AccountResource.Definition, call, related);
        List<string> accounts = [account.Id];
        if (request.ApplyToChildren is true)
            accounts.AddRange((await related.ListAsync<Account>(Condition.Equal("parent_account_id", account.Id)))
                .Select(child => child.Id));
        var update = Sight.Update(AccountResource.Definition);
        if (!accounts.All(call.Grants.Of(update).Holds))
            throw new ForbiddenException(
                $"Forbidden: this needs the permission {update.Describe()} for each child of the account");
        return new EndDateScope(
            new Condition.In("account_id", accounts), new Condition.In("account_id", accounts), accounts);
    });

    private static Task ContractAsync(ApiCall call) => RunAsync(call, async (related, _) =>
    {
        var contract = await FindAsync<Contract>(ContractResource.Definition, call, related);
        return new EndDateScope(
            Condition.Equal("id", contract.Id), Condition.Equal("contract_id", contract.Id), [contract.AccountId]);
    });

    private static async Task RunAsync(
        ApiCall call, Func<ResourceReader, EndDateBillingEntitiesRequest, ValueTask<EndDateScope>> find)
    {
        using var body = await call.ReadJsonAsync();
        var request = EndDateBillingEntitiesRequest.Read(
            EndDateBillingEntitiesRequest.Shape.Check(body.RootElement, await call.ZoneAsync()));
        foreach (var kind in request.BillingEntities)
        {
            var update = EndDating.UpdateOf(kind);
            if (call.Grants.Of(update).IsNone)
                throw new ForbiddenException($"Forbidden: this needs the permission {update.Describe()}");
        }
        var response = await call.Service<ResourceService>().ChangeAsync(
            call.OrganizationId, call.Caller.AuditName, call.Cancelled, async change =>
                await new EndDating(change, await find(change.Related, request), request, call.Grants).RunAsync());
        await call.AnswerAsync(response.ToJson());
    }

    private static async ValueTask<T> FindAsync<T>(
        ResourceDefinition definition, ApiCall call, ResourceReader related) where T : Resource =>
        await related.FindAsync<T>(call.Route("id")) ?? throw ResourceService.NotFound(definition, call.Route("id"));
}

/// <summary>Whose billing entities end.</summary>
/// <param name="Contracts">Which contracts.</param>
/// <param name="Entities">Which account plans and commitments.</param>
/// <param name="AccountIds">The accounts that plans may have been made for.</param>
internal sealed record EndDateScope(Condition Contracts, Condition Entities, IReadOnlyList<string> AccountIds);
