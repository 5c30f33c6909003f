using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.EndDating;

/// <summary>Ends the billing entities of an account or contract in one change.</summary>
public sealed class EndBillingEntities(ResourceService resources)
{
    /// <summary>Ends the billing entities of an account and, if requested, of its children.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="caller">What the caller may do.</param>
    /// <param name="accountId">UUID of the account.</param>
    /// <param name="request">Which kinds to end, and when.</param>
    /// <param name="guard">Checks the ids of the affected accounts. Throws to refuse them.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    public Task<EndDateBillingEntitiesResponse> EndForAccountAsync(
        string organizationId, string principal, IVisibility caller, string accountId,
        EndDateBillingEntitiesRequest request, Action<IReadOnlyList<string>> guard,
        CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var account = await change.Related.FindAsync<Account>(accountId)
                ?? throw ResourceService.NotFound(AccountResource.Definition, accountId);
            List<string> accounts = [account.Id];
            if (request.ApplyToChildren is true)
                accounts.AddRange((await change.Related.ListAsync<Account>(
                    Condition.Equal("parent_account_id", account.Id))).Select(child => child.Id));
            guard(accounts);
            var ofAccounts = new Condition.In("account_id", accounts);
            return await new EndBillingEntitiesRun(
                change, new EndDateScope(ofAccounts, ofAccounts, accounts), request, caller).EndAsync();
        });

    /// <summary>Ends the billing entities of a contract.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="caller">What the caller may do.</param>
    /// <param name="contractId">UUID of the contract.</param>
    /// <param name="request">Which kinds to end, and when.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NotFoundException">There is no such contract.</exception>
    public Task<EndDateBillingEntitiesResponse> EndForContractAsync(
        string organizationId, string principal, IVisibility caller, string contractId,
        EndDateBillingEntitiesRequest request, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var contract = await change.Related.FindAsync<Contract>(contractId)
                ?? throw ResourceService.NotFound(ContractResource.Definition, contractId);
            var scope = new EndDateScope(
                Condition.Equal("id", contract.Id), Condition.Equal("contract_id", contract.Id),
                [contract.AccountId]);
            return await new EndBillingEntitiesRun(change, scope, request, caller).EndAsync();
        });

    /// <summary>The resource definition of a kind of billing entity.</summary>
    public static ResourceDefinition DefinitionOf(BillingEntity kind) => kind switch
    {
        BillingEntity.Contract => ContractResource.Definition,
        BillingEntity.Prepayment => CommitmentResource.Definition,
        BillingEntity.Accountplan => AccountPlanResource.Definition,
        BillingEntity.Pricings => PricingResource.Definition,
        BillingEntity.CounterPricings => CounterPricingResource.Definition,
    };
}

/// <summary>Selects the billing entities to end.</summary>
/// <param name="Contracts">Selects the contracts.</param>
/// <param name="Entities">Selects the account plans and commitments.</param>
/// <param name="AccountIds">The accounts whose custom plans are included.</param>
internal sealed record EndDateScope(Condition Contracts, Condition Entities, IReadOnlyList<string> AccountIds);

/// <summary>
/// Ends the billing entities of a scope in one change. Entities that are active at the end date end then. Entities that
/// the rules do not allow to end are reported as failed; the others still end.
/// </summary>
internal sealed class EndBillingEntitiesRun(
    ResourceChange change, EndDateScope scope, EndDateBillingEntitiesRequest request, IVisibility caller)
{
    private readonly List<(BillingEntity Kind, string Id)> _updated = [];
    private readonly List<(BillingEntity Kind, string Id)> _failed = [];

    internal async ValueTask<EndDateBillingEntitiesResponse> EndAsync()
    {
        var day = await EndDayAsync();
        // End account plans last, because the active account plans determine which pricings to end.
        foreach (var kind in request.BillingEntities.Distinct().OrderBy(kind => kind == BillingEntity.Accountplan))
        {
            switch (kind)
            {
                case BillingEntity.Contract:
                    await EndAsync<Contract>(
                        kind, scope.Contracts, InstantText.Write(day), contract => contract with { EndDate = day });
                    break;
                case BillingEntity.Prepayment:
                    await EndAsync<Commitment>(
                        kind, scope.Entities, InstantText.Write(day), commitment => commitment with { EndDate = day });
                    break;
                case BillingEntity.Accountplan:
                    await EndAsync<AccountPlan>(
                        kind, scope.Entities, EndText, plan => plan with { EndDate = request.EndDate });
                    break;
                case BillingEntity.Pricings:
                    await EndPricingsAsync<PlanPricing>(kind, pricing => pricing with { EndDate = request.EndDate });
                    break;
                case BillingEntity.CounterPricings:
                    await EndPricingsAsync<CounterPricing>(kind, pricing => pricing with { EndDate = request.EndDate });
                    break;
                default:
                    throw new InvalidOperationException($"The kind {kind} cannot be ended.");
            }
        }
        return new EndDateBillingEntitiesResponse
        {
            StatusMessage = $"{_updated.Count} billing entities were ended, {_failed.Count} could not be ended",
            UpdatedEntities = EntityIds.Of(_updated),
            FailedEntities = EntityIds.Of(_failed),
        };
    }

    private string EndText => InstantText.Sortable(request.EndDate);

    private async ValueTask EndAsync<T>(BillingEntity kind, Condition within, string end, Func<T, T> ended)
        where T : Resource
    {
        var definition = EndBillingEntities.DefinitionOf(kind);
        foreach (var entity in await change.Related.ListAsync<T>(Condition.And(within, Condition.IsActiveAt(end))))
        {
            if (!caller.MayUpdate(definition, entity.Id))
            {
                Fail(kind, entity.Id);
                continue;
            }
            try
            {
                await change.UpdateAsync(definition, entity.Id, ended(entity));
                _updated.Add((kind, entity.Id));
            }
            catch (RefusedException)
            {
                Fail(kind, entity.Id);
            }
        }
    }

    // Do not reveal entities that the caller may not retrieve.
    private void Fail(BillingEntity kind, string id)
    {
        if (caller.MayRetrieve(EndBillingEntities.DefinitionOf(kind), id))
            _failed.Add((kind, id));
    }

    // Only pricings of the accounts' custom plans end. Pricings that other accounts may share are reported as failed.
    private async ValueTask EndPricingsAsync<T>(BillingEntity kind, Func<T, T> ended) where T : Resource
    {
        var plans = await PlansAsync();
        var own = plans.Where(plan => plan.AccountId is { } owner && scope.AccountIds.Contains(owner))
            .Select(plan => plan.Id).ToList();
        var shared = Condition.Or(
            new Condition.In("plan_id", [.. plans.Select(plan => plan.Id).Except(own)]),
            new Condition.In("plan_template_id", [.. plans.Select(plan => plan.PlanTemplateId).Distinct()]));
        await EndAsync(kind, new Condition.In("plan_id", own), EndText, ended);
        foreach (var pricing in await change.Related.ListAsync<T>(Condition.And(shared, Condition.IsActiveAt(EndText))))
            Fail(kind, pricing.Id);
    }

    /// <summary>The plans that the account plans of the scope attach, including those of plan groups.</summary>
    private async ValueTask<IReadOnlyList<Plan>> PlansAsync()
    {
        var accountPlans = await change.Related.ListAsync<AccountPlan>(
            Condition.And(scope.Entities, Condition.IsActiveAt(EndText)));
        var links = await change.Related.ListAsync<PlanGroupLink>(
            new Condition.In("plan_group_id", [.. accountPlans.Select(plan => plan.PlanGroupId).OfType<string>()]));
        var ids = accountPlans.Select(plan => plan.PlanId).OfType<string>().Concat(links.Select(link => link.PlanId));
        return await change.Related.ListAsync<Plan>(new Condition.In("id", [.. ids.Distinct()]));
    }

    /// <summary>
    /// The local day of the end date. Entities with dates instead of times are active until the day before.
    /// </summary>
    private async ValueTask<LocalDate> EndDayAsync()
    {
        var config = (await change.Related.ListAsync<OrganizationConfig>(Condition.And())).Single();
        return LocalDay.Of(request.EndDate, OrganizationZone.Of(config));
    }
}
