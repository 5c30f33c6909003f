using System.Security.Cryptography;
using System.Text;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Billing.WhatIf;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// The data shared by the accounts of a run: the organization's settings, plans and prices. Read once, from a
/// consistent state, so that a concurrent price change affects either all bills of the run or none.
/// </summary>
internal sealed class BillCatalog
{
    private readonly Dictionary<string, Plan> _plans;
    private readonly Dictionary<string, PlanTemplate> _templates;
    private readonly Dictionary<string, Product> _products;
    private readonly Dictionary<string, Aggregation> _aggregations;
    private readonly Dictionary<string, Meter> _meters;
    private readonly Dictionary<string, CompoundCalculation> _compounds;
    private readonly ILookup<string, PlanPricing> _pricings;
    private readonly ILookup<string, CounterPricing> _counterPricings;
    private readonly Dictionary<string, Counter> _counters;
    private readonly Dictionary<string, PlanGroup> _groups;
    private readonly ILookup<string, PlanGroupLink> _links;

    private BillCatalog(
        OrganizationConfig organization,
        IReadOnlyList<Currency> currencies,
        Dictionary<string, Plan> plans,
        Dictionary<string, PlanTemplate> templates,
        Dictionary<string, Product> products,
        Dictionary<string, Aggregation> aggregations,
        Dictionary<string, Meter> meters,
        IReadOnlyList<CompoundCalculation> compounds,
        IReadOnlyList<PlanPricing> pricings,
        IReadOnlyList<CounterPricing> counterPricings,
        Dictionary<string, Counter> counters,
        Dictionary<string, PlanGroup> groups,
        IReadOnlyList<PlanGroupLink> links)
    {
        (Organization, Currencies) = (organization, currencies);
        (_plans, _templates, _products, _aggregations, _meters) = (plans, templates, products, aggregations, meters);
        Products = [.. products.Values];
        Fingerprint = FingerprintOf(
        [
            organization, .. currencies, .. plans.Values, .. templates.Values, .. products.Values,
            .. aggregations.Values, .. meters.Values, .. pricings, .. counterPricings, .. counters.Values,
            .. groups.Values, .. links,
            .. compounds.SelectMany(compound => compound.Sources),
        ]);
        _compounds = compounds.ToDictionary(compound => compound.Compound.Id, StringComparer.Ordinal);
        // A pricing belongs to either a plan or a template.
        _pricings = pricings.ToLookup(pricing => pricing.PlanId ?? pricing.PlanTemplateId ?? "");
        _counterPricings = counterPricings.ToLookup(pricing => pricing.PlanId ?? pricing.PlanTemplateId ?? "");
        (_counters, _groups) = (counters, groups);
        _links = links
            .OrderBy(link => link.DtCreated).ThenBy(link => link.Id, StringComparer.Ordinal)
            .ToLookup(link => link.PlanGroupId, StringComparer.Ordinal);
    }

    /// <summary>The organization's settings.</summary>
    internal OrganizationConfig Organization { get; }

    /// <summary>The organization's currencies.</summary>
    internal IReadOnlyList<Currency> Currencies { get; }

    /// <summary>The products.</summary>
    internal IReadOnlyList<Product> Products { get; }

    /// <summary>Whether an aggregation is the result of a query.</summary>
    internal bool HasCustomSql => _aggregations.Values.Any(one => one.Method == AggregationMethod.CustomSql);

    /// <summary>Whether tiers of a pricing count from the start of the account plan.</summary>
    internal bool HasSpannedTiers => _pricings.SelectMany(some => some).Any(pricing => pricing.TiersSpanPlan == true);

    /// <summary>The most days that a billing period has.</summary>
    internal int LongestPeriod => _templates.Values.Select(template =>
        BillSettings.IntervalOf(template) * template.BillFrequency switch
        {
            BillingFrequency.Weekly => 7,
            BillingFrequency.Monthly => 31,
            BillingFrequency.Annually => 366,
            BillingFrequency.Daily or BillingFrequency.AdHoc or BillingFrequency.Mixed => 1,
        }).DefaultIfEmpty().Max();

    /// <summary>Fingerprint of the data that the run has read.</summary>
    internal string Fingerprint { get; }

    /// <summary>Loads it.</summary>
    /// <param name="related">Reads from a consistent state of the store.</param>
    /// <param name="lookups">The published data of lookup tables.</param>
    /// <param name="accountIds">UUIDs of the accounts to bill; null for all accounts.</param>
    /// <param name="changed">Plans and prices to use in place of the stored ones; null for none.</param>
    internal static async ValueTask<BillCatalog> LoadAsync(
        ResourceReader related, PublishedLookups lookups, IReadOnlyList<string>? accountIds,
        IReadOnlyList<Resource>? changed = null)
    {
        var isWhole = accountIds is null;
        var entities = new ChangedEntities(related, changed ?? []);
        var accountPlans = await entities.ListAsync<AccountPlan>(new Condition.In("account_id", accountIds ?? []));
        var groups = await LoadAsync<PlanGroup>(accountPlans.Select(accountPlan => accountPlan.PlanGroupId));
        var links = await entities.ListAsync<PlanGroupLink>(
            isWhole ? Condition.And() : new Condition.In("plan_group_id", [.. groups.Keys]));
        var (billingPlanIds, creditProductIds) = await NamedByCreditsAsync(entities, accountIds ?? []);
        var plans = await LoadAsync<Plan>(
        [
            .. accountPlans.Select(accountPlan => accountPlan.PlanId),
            .. links.Select(link => link.PlanId),
            .. billingPlanIds,
        ]);
        var templates = await LoadAsync<PlanTemplate>(plans.Values.Select(plan => plan.PlanTemplateId));
        var ofPlans = isWhole
            ? Condition.And()
            : Condition.Or(
                new Condition.In("plan_id", [.. plans.Keys]),
                new Condition.In("plan_template_id", [.. templates.Keys]));
        var pricings = await entities.ListAsync<PlanPricing>(ofPlans);
        var counterPricings = await entities.ListAsync<CounterPricing>(ofPlans);
        var compounds = await CompoundCalculation.LoadAsync(
            [
                .. (await LoadAsync<CompoundAggregation>(pricings.Select(pricing => pricing.CompoundAggregationId)))
                    .Values,
            ],
            related, lookups);
        var aggregations = await LoadAsync<Aggregation>(pricings.Select(pricing => pricing.AggregationId));
        foreach (var named in compounds.SelectMany(compound => compound.Aggregations))
            aggregations.TryAdd(named.Id, named);
        return new BillCatalog(
            (await entities.ListAsync<OrganizationConfig>(Condition.And())).Single(),
            await entities.ListAsync<Currency>(Condition.And()),
            plans,
            templates,
            await LoadAsync<Product>(
            [
                .. templates.Values.Select(template => template.ProductId),
                .. pricings.Select(pricing => pricing.AccountingProductId),
                .. aggregations.Values.Select(aggregation => aggregation.AccountingProductId),
                .. compounds.Select(compound => compound.Compound.AccountingProductId),
                .. counterPricings.Select(pricing => pricing.AccountingProductId),
                .. plans.Values.Select(plan => plan.StandingChargeAccountingProductId),
                .. plans.Values.Select(plan => plan.MinimumSpendAccountingProductId),
                .. groups.Values.Select(group => group.StandingChargeAccountingProductId),
                .. groups.Values.Select(group => group.MinimumSpendAccountingProductId),
                .. creditProductIds,
            ]),
            aggregations,
            await LoadAsync<Meter>(aggregations.Values.Select(aggregation => aggregation.MeterId)),
            compounds,
            pricings,
            counterPricings,
            await LoadAsync<Counter>(counterPricings.Select(pricing => pricing.CounterId)),
            groups,
            links);

        async ValueTask<Dictionary<string, T>> LoadAsync<T>(IEnumerable<string?> ids) where T : Resource
        {
            var named = isWhole
                ? Condition.And()
                : new Condition.In("id", [.. ids.OfType<string>().Distinct(StringComparer.Ordinal)]);
            return (await entities.ListAsync<T>(named)).ToDictionary(found => found.Id, StringComparer.Ordinal);
        }
    }

    // The plans and products to which the commitments and balances of accounts refer.
    private static async ValueTask<(IEnumerable<string?> PlanIds, IEnumerable<string?> ProductIds)> NamedByCreditsAsync(
        ChangedEntities entities, IReadOnlyList<string> accountIds)
    {
        var commitments = await entities.ListAsync<Commitment>(new Condition.In("account_id", accountIds));
        var balances = await entities.ListAsync<Balance>(new Condition.In("account_id", accountIds));
        return (
            commitments.Select(commitment => commitment.BillingPlanId),
            commitments.SelectMany(commitment => new[]
            {
                commitment.AccountingProductId,
                commitment.FeesAccountingProductId,
                commitment.DrawdownsAccountingProductId,
            }).Concat(balances.Select(balance => balance.ConsumptionsAccountingProductId)));
    }

    /// <summary>
    /// The terms of an account plan: those of its plan, or of each plan of its plan group. Null if its plan or plan
    /// group was created after the run had read its prices.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="accountPlan">Its account plan.</param>
    internal IReadOnlyList<AccountPlanTerms>? TermsOf(Account account, AccountPlan accountPlan)
    {
        if (accountPlan.PlanGroupId is null)
            return TermsOf(account, accountPlan, accountPlan.PlanId ?? "", null) is { } terms ? [terms] : null;
        return _groups.TryGetValue(accountPlan.PlanGroupId, out var group)
            ? [.. _links[group.Id].Select(link => TermsOf(account, accountPlan, link.PlanId, group)!)]
            : null;
    }

    /// <summary>
    /// The plan group that an account plan attaches, whose plans <see cref="TermsOf(Account, AccountPlan)"/> has found.
    /// </summary>
    internal GroupPlanTerms GroupOf(AccountPlan accountPlan) => new(
        accountPlan, _groups[accountPlan.PlanGroupId!], _links[accountPlan.PlanGroupId!].FirstOrDefault()?.PlanId);

    private AccountPlanTerms? TermsOf(Account account, AccountPlan accountPlan, string planId, PlanGroup? group)
    {
        if (!_plans.TryGetValue(planId, out var plan)
            || !_templates.TryGetValue(plan.PlanTemplateId, out var template)
            || !_products.TryGetValue(template.ProductId, out var product))
            return null;
        return new AccountPlanTerms(
            accountPlan, plan, template, product,
            [.. _pricings[plan.Id].Concat(_pricings[template.Id])
                .Select(pricing => new PricingTerms(pricing, QuantityOf(account, pricing)))])
        {
            CounterPricings =
            [
                .. _counterPricings[plan.Id].Concat(_counterPricings[template.Id])
                    .Select(pricing => new CounterPricingTerms(pricing, _counters[pricing.CounterId])),
            ],
            Group = group,
        };
    }

    /// <summary>
    /// The templates of plans, by plan UUID; without those created after the run had read its prices.
    /// </summary>
    internal IReadOnlyDictionary<string, PlanTemplate> TemplatesOf(IEnumerable<string?> planIds) => planIds
        .OfType<string>().Distinct()
        .Where(id => _plans.TryGetValue(id, out var plan) && _templates.ContainsKey(plan.PlanTemplateId))
        .ToDictionary(id => id, id => _templates[_plans[id].PlanTemplateId], StringComparer.Ordinal);

    private PricedQuantity QuantityOf(Account account, PlanPricing pricing)
    {
        if (_compounds.TryGetValue(pricing.CompoundAggregationId ?? "", out var compound))
            return new CompoundQuantity(compound, [.. compound.Aggregations.Select(named => _meters[named.MeterId])]);
        return _aggregations.TryGetValue(pricing.AggregationId ?? "", out var aggregation)
            && _meters.TryGetValue(aggregation.MeterId, out var meter)
            ? new SimpleQuantity(aggregation, meter)
            : throw new BillRefusedException(
                $"Account {account.Code}, pricing {pricing.Id}: the aggregation or its meter does not exist.");
    }

    private static string FingerprintOf(IEnumerable<Resource> read)
    {
        var lines = read.Select(entity => FormattableString.Invariant($"{entity.Id} {entity.Version}")).Order(
            StringComparer.Ordinal);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }
}
