using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Resources;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Bills;

/// <summary>
/// All configuration that the bills of some accounts are made from, loaded in a fixed number of queries.
/// </summary>
internal sealed class BillTerms
{
    private readonly ILookup<string, AccountPlanTerms> _plans;
    private readonly Dictionary<string, UnbilledEntities> _unbilled;
    private readonly HashSet<string> _parents;
    private readonly IReadOnlyList<Currency> _currencies;
    private readonly IReadOnlyList<Product> _products;
    private readonly string _organizationId;

    private BillTerms(
        string organizationId,
        OrganizationConfig organization,
        ILookup<string, AccountPlanTerms> plans,
        Dictionary<string, UnbilledEntities> unbilled,
        HashSet<string> parents,
        IReadOnlyList<Currency> currencies,
        IReadOnlyList<Product> products)
    {
        _organizationId = organizationId;
        Organization = organization;
        _plans = plans;
        _unbilled = unbilled;
        _parents = parents;
        _currencies = currencies;
        _products = products;
    }

    /// <summary>The organization's settings.</summary>
    internal OrganizationConfig Organization { get; }

    /// <summary>The plans that an account is or was on.</summary>
    internal IReadOnlyList<AccountPlanTerms> PlansOf(Account account) => [.. _plans[account.Id]];

    /// <summary>What an account has that is not billed.</summary>
    internal UnbilledEntities UnbilledOf(Account account) => _unbilled[account.Id];

    /// <summary>What one bill of an account is made from.</summary>
    internal BillInput InputFor(Account account, BillRun run) => new()
    {
        OrganizationId = _organizationId,
        Account = account,
        HasChildAccounts = _parents.Contains(account.Id),
        Organization = Organization,
        Run = run,
        Plans = PlansOf(account),
        Unbilled = UnbilledOf(account),
        Currencies = _currencies,
        AccountingProducts = _products,
    };

    /// <summary>Loads the terms of the accounts.</summary>
    internal static async Task<BillTerms> LoadAsync(
        string organizationId, IReadOnlyList<Account> accounts, ResourceReader related)
    {
        var accountIds = accounts.Select(account => account.Id).ToList();
        var ofAccounts = new Condition.In("account_id", accountIds);
        var accountPlans = await related.ListAsync<AccountPlan>(ofAccounts);
        var children = await related.ListAsync<Account>(new Condition.In("parent_account_id", accountIds));
        var plans = await LoadAsync<Plan>(related, accountPlans.Select(accountPlan => accountPlan.PlanId));
        var templates = await LoadAsync<PlanTemplate>(related, plans.Values.Select(plan => plan.PlanTemplateId));
        var ofPlans = Condition.Or(
            new Condition.In("plan_id", [.. plans.Keys]), new Condition.In("plan_template_id", [.. templates.Keys]));
        var pricings = await related.ListAsync<PlanPricing>(ofPlans);
        var counterPricings = await related.ListAsync<CounterPricing>(ofPlans);
        var adjustments = await related.ListAsync<CounterAdjustment>(ofAccounts);
        var aggregations = await LoadAsync<Aggregation>(related, pricings.Select(pricing => pricing.AggregationId));
        var meters = await LoadAsync<Meter>(related, aggregations.Values.Select(aggregation => aggregation.MeterId));
        var products = await LoadAsync<Product>(
            related,
            [
                .. templates.Values.Select(template => template.ProductId),
                .. pricings.Select(pricing => pricing.AccountingProductId),
                .. aggregations.Values.Select(aggregation => aggregation.AccountingProductId),
                .. plans.Values.Select(plan => plan.StandingChargeAccountingProductId),
            ]);
        var terms = accountPlans.Where(accountPlan => accountPlan.PlanId is not null).Select(accountPlan =>
        {
            var plan = plans[accountPlan.PlanId!];
            var template = templates[plan.PlanTemplateId];
            var priced = pricings
                .Where(pricing => pricing.PlanId == plan.Id || pricing.PlanTemplateId == template.Id)
                .Select(pricing => Priced(pricing, aggregations, meters));
            return new AccountPlanTerms(accountPlan, plan, template, products[template.ProductId], [.. priced])
            {
                CounterPricings =
                [
                    .. counterPricings.Where(
                        pricing => pricing.PlanId == plan.Id || pricing.PlanTemplateId == template.Id),
                ],
                CounterAdjustments =
                    [.. adjustments.Where(adjustment => adjustment.AccountId == accountPlan.AccountId)],
            };
        });
        return new BillTerms(
            organizationId,
            (await related.ListAsync<OrganizationConfig>(Condition.And())).Single(),
            terms.ToLookup(term => term.AccountPlan.AccountId, StringComparer.Ordinal),
            await UnbilledAsync(accountIds, accountPlans, related),
            [.. children.Select(child => child.ParentAccountId!)],
            await related.ListAsync<Currency>(Condition.And()),
            [.. products.Values]);
    }

    private static async Task<Dictionary<string, UnbilledEntities>> UnbilledAsync(
        IReadOnlyList<string> accountIds, IReadOnlyList<AccountPlan> accountPlans, ResourceReader related)
    {
        var ofAccounts = new Condition.In("account_id", accountIds);
        var groups = accountPlans.Where(plan => plan.PlanGroupId is not null).ToLookup(plan => plan.AccountId);
        var commitments = (await related.ListAsync<Commitment>(ofAccounts)).ToLookup(owned => owned.AccountId);
        var charges = (await related.ListAsync<Charge>(ofAccounts)).ToLookup(owned => owned.AccountId);
        return accountIds.ToDictionary(
            id => id,
            id => new UnbilledEntities
            {
                PlanGroups = [.. groups[id]],
                Commitments = [.. commitments[id]],
                Charges = [.. charges[id]],
            },
            StringComparer.Ordinal);
    }

    private static PricingTerms Priced(
        PlanPricing pricing, Dictionary<string, Aggregation> aggregations, Dictionary<string, Meter> meters)
    {
        if (pricing.AggregationId is null)
            return new PricingTerms(pricing, null, null);
        var aggregation = aggregations[pricing.AggregationId];
        return new PricingTerms(pricing, aggregation, meters[aggregation.MeterId]);
    }

    private static async Task<Dictionary<string, T>> LoadAsync<T>(ResourceReader related, IEnumerable<string?> ids)
        where T : Resource
    {
        var wanted = ids.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var found = await related.ListAsync<T>(new Condition.In("id", wanted));
        return found.ToDictionary(resource => resource.Id, StringComparer.Ordinal);
    }
}
