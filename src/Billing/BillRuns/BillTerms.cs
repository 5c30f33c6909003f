using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// The terms of the bills of some accounts, loaded in a fixed number of queries: shared data of the run and the data of
/// these accounts.
/// </summary>
internal sealed class BillTerms
{
    private readonly string _organizationId;
    private readonly BillCatalog _catalog;
    private readonly ILookup<string, AccountPlan> _accountPlans;
    private readonly ILookup<string, CounterAdjustment> _adjustments;
    private readonly ILookup<string, Commitment> _commitments;
    private readonly ILookup<string, Balance> _balances;
    private readonly ILookup<string, Charge> _charges;
    private readonly ILookup<string, Contract> _contracts;
    private readonly Dictionary<string, Account> _accounts;
    private readonly ILookup<string, Account> _children;
    private readonly IReadOnlyList<Product> _accountingProducts;
    private readonly StoredBills _storedBills;
    private readonly LocalDate? _lockedUntil;
    private readonly ConcurrentDictionary<string, AccountTerms> _terms = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FamilyTerms> _families = new(StringComparer.Ordinal);

    private BillTerms(
        string organizationId,
        BillCatalog catalog,
        ILookup<string, AccountPlan> accountPlans,
        ILookup<string, CounterAdjustment> adjustments,
        ILookup<string, Commitment> commitments,
        ILookup<string, Balance> balances,
        ILookup<string, Charge> charges,
        ILookup<string, Contract> contracts,
        IReadOnlyList<Account> accounts,
        IReadOnlyList<Product> accountingProducts,
        StoredBills storedBills,
        LocalDate? lockedUntil)
    {
        (_organizationId, _catalog, _accountPlans) = (organizationId, catalog, accountPlans);
        (_adjustments, _commitments, _balances, _charges) = (adjustments, commitments, balances, charges);
        (_contracts, _accountingProducts) = (contracts, accountingProducts);
        (_storedBills, _lockedUntil) = (storedBills, lockedUntil);
        _accounts = accounts.ToDictionary(account => account.Id, StringComparer.Ordinal);
        _children = accounts.Where(account => account.ParentAccountId is not null)
            .ToLookup(account => account.ParentAccountId!, StringComparer.Ordinal);
    }

    /// <summary>What the bills of an account depend on, including its hierarchy.</summary>
    /// <exception cref="BillRefusedException">
    /// A plan or the hierarchy is newer than what the run has read.
    /// </exception>
    internal AccountTerms Of(Account account) => _terms.GetOrAdd(account.Id, _ =>
    {
        var parentId = account.ParentAccountId ?? account.Id;
        if (!_children[parentId].Any())
            return Alone(account);
        var family = _families.GetOrAdd(parentId, id => new FamilyTerms(
            Alone(_accounts.GetValueOrDefault(id) ?? throw new BillRefusedException(
                $"Account {account.Code}: its parent has changed while the run was loading. Run the job again.")),
            [.. _children[id].Select(Alone)]));
        return family.Children.Append(family.Parent).First(member => member.Account.Id == account.Id) with
        {
            Family = family,
        };
    });

    private AccountTerms Alone(Account account) => new(
        account,
        [
            .. _accountPlans[account.Id].SelectMany(
                accountPlan => _catalog.TermsOf(account, accountPlan) ?? throw new BillRefusedException(
                    $"Account {account.Code}, account plan {accountPlan.Id}: its plan "
                    + $"{accountPlan.PlanId ?? accountPlan.PlanGroupId} was created or attached after the run had "
                    + "loaded its prices. Run the job again."),
                (accountPlan, terms) => terms with
                {
                    Contract = _contracts[account.Id].FirstOrDefault(
                        contract => contract.Id == accountPlan.ContractId),
                }),
        ])
    {
        GroupPlans =
        [
            .. _accountPlans[account.Id].Where(accountPlan => accountPlan.PlanGroupId is not null)
                .Select(_catalog.GroupOf),
        ],
        Contracts = [.. _contracts[account.Id]],
        CounterAdjustments = [.. _adjustments[account.Id]],
        Charges = [.. _charges[account.Id]],
        Commitments = [.. _commitments[account.Id]],
        BillingPlans = _catalog.TemplatesOf(_commitments[account.Id].Select(commitment => commitment.BillingPlanId)),
        Balances = [.. _balances[account.Id]],
        StoredBills = _storedBills.Of(account.Id),
        BillsElsewhere = _storedBills.ElsewhereOf(account.Id),
        LockedUntil = _lockedUntil,
    };

    /// <summary>Whether an account or its children have commitments, or the account has balances.</summary>
    internal bool HasCredits(Account account) => _commitments[account.Id].Any() || _balances[account.Id].Any()
        || _children[account.Id].Any(child => _commitments[child.Id].Any());

    /// <summary>UUIDs of the accounts whose commitments the bills of an account can draw on, its own first.</summary>
    internal IReadOnlyList<string> CommitmentOwnerIds(Account account) =>
    [
        account.Id,
        .. _children[account.Id].Where(child => _commitments[child.Id].Any()).Select(child => child.Id),
    ];

    /// <summary>The input of a bill of an account.</summary>
    /// <exception cref="BillRefusedException">A plan is newer than the prices that the run has read.</exception>
    internal BillInput InputFor(Account account, BillRun run) => new()
    {
        OrganizationId = _organizationId,
        Terms = Of(account),
        Organization = _catalog.Organization,
        Run = run,
        Currencies = _catalog.Currencies,
        AccountingProducts = [.. _catalog.Products, .. _accountingProducts],
    };

    /// <summary>Loads the terms of the accounts.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="catalog">The data shared by the accounts of the run.</param>
    /// <param name="accounts">Whole hierarchies: with an account, also its parent and its parent's children.</param>
    /// <param name="related">Reads from a consistent state of the store.</param>
    /// <param name="earliest">No bill of the run has an earlier date.</param>
    /// <param name="overrides">The settings of the job.</param>
    internal static async ValueTask<BillTerms> LoadAsync(
        string organizationId, BillCatalog catalog, IReadOnlyList<Account> accounts, ResourceReader related,
        LocalDate earliest, RunOverrides overrides)
    {
        List<string> accountIds = [.. accounts.Select(account => account.Id)];
        var charges = await LoadAsync<Charge>(owned => owned.AccountId);
        var balances = await LoadAsync<Balance>(owned => owned.AccountId);
        var commitments = await LoadAsync<Commitment>(owned => owned.AccountId);
        var accountPlans = await LoadAsync<AccountPlan>(owned => owned.AccountId);
        var config = await BillConfigResource.FindAsync(related);
        return new BillTerms(
            organizationId,
            catalog,
            accountPlans,
            await LoadAsync<CounterAdjustment>(owned => owned.AccountId),
            commitments,
            balances,
            charges,
            await LoadAsync<Contract>(owned => owned.AccountId),
            accounts,
            await ProductsAsync(
            [
                .. charges.SelectMany(ofAccount => ofAccount).Select(charge => charge.AccountingProductId),
                .. balances.SelectMany(ofAccount => ofAccount).Select(balance => balance.FeesAccountingProductId),
            ]),
            await StoredBills.LoadAsync(
                related, config, catalog.Organization, accounts, commitments.SelectMany(ofAccount => ofAccount),
                RunSpan.Of(
                    catalog, earliest, overrides, accounts, accountPlans.SelectMany(ofAccount => ofAccount))),
            config?.BillLockDate);

        async ValueTask<IReadOnlyList<Product>> ProductsAsync(IEnumerable<string?> ids)
        {
            var missing = ids.OfType<string>().Except(catalog.Products.Select(product => product.Id)).ToList();
            return missing.Count == 0 ? [] : await related.ListAsync<Product>(new Condition.In("id", missing));
        }

        async ValueTask<ILookup<string, T>> LoadAsync<T>(Func<T, string> accountOf) where T : Resource =>
            (await related.ListAsync<T>(new Condition.In("account_id", accountIds)))
                .ToLookup(accountOf, StringComparer.Ordinal);
    }
}
