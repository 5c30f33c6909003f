using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.EndDating;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Resources;

namespace Tallystick.Server.EndDating;

/// <summary>
/// Ends the billing entities of a scope as one change. What is active at the end date ends then; what the rules refuse
/// is told, and the rest ends all the same.
/// </summary>
internal sealed class EndDating(
    ResourceChange change, EndDateScope scope, EndDateBillingEntitiesRequest request, Grants caller)
{
    private readonly List<(BillingEntity Kind, string Id)> _updated = [];
    private readonly List<(BillingEntity Kind, string Id)> _failed = [];

    /// <summary>Ends them.</summary>
    internal async ValueTask<EndDateBillingEntitiesResponse> RunAsync()
    {
        var day = await EndDayAsync();
        // Account plans last: which plans have prices to end is told by those that are active.
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

    /// <summary>What ending a kind needs.</summary>
    internal static Permission UpdateOf(BillingEntity kind) => Sight.Update(DefinitionOf(kind));

    private static ResourceDefinition DefinitionOf(BillingEntity kind) => kind switch
    {
        BillingEntity.Contract => AllKinds.Catalog.Of<Contract>(),
        BillingEntity.Prepayment => AllKinds.Catalog.Of<Commitment>(),
        BillingEntity.Accountplan => AllKinds.Catalog.Of<AccountPlan>(),
        BillingEntity.Pricings => AllKinds.Catalog.Of<PlanPricing>(),
        BillingEntity.CounterPricings => AllKinds.Catalog.Of<CounterPricing>(),
    };

    private string EndText => InstantText.Sortable(request.EndDate);

    private async ValueTask EndAsync<T>(BillingEntity kind, Condition within, string end, Func<T, T> ended)
        where T : Resource
    {
        var permitted = caller.Of(UpdateOf(kind));
        foreach (var entity in await change.Related.ListAsync<T>(Condition.And(within, Condition.HoldsAt(end))))
        {
            if (!permitted.Holds(entity.Id))
            {
                Fail(kind, entity.Id);
                continue;
            }
            try
            {
                await change.UpdateAsync(AllKinds.Catalog.Of<T>(), entity.Id, ended(entity));
                _updated.Add((kind, entity.Id));
            }
            catch (RefusedException)
            {
                Fail(kind, entity.Id);
            }
        }
    }

    // What the caller may not retrieve does not exist for them.
    private void Fail(BillingEntity kind, string id)
    {
        if (caller.Of(Sight.Retrieve(DefinitionOf(kind))).Holds(id))
            _failed.Add((kind, id));
    }

    // The prices of a plan that others may be on are not this account's to end.
    private async ValueTask EndPricingsAsync<T>(BillingEntity kind, Func<T, T> ended) where T : Resource
    {
        var plans = await PlansAsync();
        var own = plans.Where(plan => plan.AccountId is { } owner && scope.AccountIds.Contains(owner))
            .Select(plan => plan.Id).ToList();
        var shared = Condition.Or(
            new Condition.In("plan_id", [.. plans.Select(plan => plan.Id).Except(own)]),
            new Condition.In("plan_template_id", [.. plans.Select(plan => plan.PlanTemplateId).Distinct()]));
        await EndAsync(kind, new Condition.In("plan_id", own), EndText, ended);
        foreach (var pricing in await change.Related.ListAsync<T>(Condition.And(shared, Condition.HoldsAt(EndText))))
            Fail(kind, pricing.Id);
    }

    /// <summary>The plans that the account plans of the scope are for, plan groups included.</summary>
    private async ValueTask<IReadOnlyList<Plan>> PlansAsync()
    {
        var accountPlans = await change.Related.ListAsync<AccountPlan>(
            Condition.And(scope.Entities, Condition.HoldsAt(EndText)));
        var links = await change.Related.ListAsync<PlanGroupLink>(
            new Condition.In("plan_group_id", [.. accountPlans.Select(plan => plan.PlanGroupId).OfType<string>()]));
        var ids = accountPlans.Select(plan => plan.PlanId).OfType<string>().Concat(links.Select(link => link.PlanId));
        return await change.Related.ListAsync<Plan>(new Condition.In("id", [.. ids.Distinct()]));
    }

    /// <summary>The day that the end date lies on: what counts by days is active until the day before.</summary>
    private async ValueTask<LocalDate> EndDayAsync()
    {
        var config = (await change.Related.ListAsync<OrganizationConfig>(Condition.And())).Single();
        return LocalDay.Of(request.EndDate, OrganizationZone.Of(config));
    }
}
