using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// The configuration for the bills of some accounts, loaded in a fixed number of queries: shared data of the run and
/// the data of these accounts.
/// </summary>
internal sealed class BillTerms
{
    private readonly string _organizationId;
    private readonly BillCatalog _catalog;
    private readonly ILookup<string, AccountPlan> _accountPlans;
    private readonly ILookup<string, CounterAdjustment> _adjustments;
    private readonly Dictionary<string, UnbilledEntities> _unbilled;
    private readonly HashSet<string> _parents;

    private BillTerms(
        string organizationId,
        BillCatalog catalog,
        IReadOnlyList<AccountPlan> accountPlans,
        IReadOnlyList<CounterAdjustment> adjustments,
        Dictionary<string, UnbilledEntities> unbilled,
        HashSet<string> parents)
    {
        _organizationId = organizationId;
        _catalog = catalog;
        _accountPlans = accountPlans.ToLookup(accountPlan => accountPlan.AccountId, StringComparer.Ordinal);
        _adjustments = adjustments.ToLookup(adjustment => adjustment.AccountId, StringComparer.Ordinal);
        _unbilled = unbilled;
        _parents = parents;
    }

    /// <summary>The plans that an account is or was on.</summary>
    /// <exception cref="BillRefusedException">A plan is newer than the prices that the run has read.</exception>
    internal IReadOnlyList<AccountPlanTerms> PlansOf(Account account)
    {
        IReadOnlyList<CounterAdjustment> adjustments = [.. _adjustments[account.Id]];
        return
        [
            .. _accountPlans[account.Id].Where(accountPlan => accountPlan.PlanId is not null).Select(accountPlan =>
                _catalog.TermsOf(accountPlan) is { } terms
                    ? terms with { CounterAdjustments = adjustments }
                    : throw new BillRefusedException(
                        $"Account {account.Code}, account plan {accountPlan.Id}: its plan {accountPlan.PlanId} was "
                        + "created or attached after the run had loaded its prices. Run the job again.")),
        ];
    }

    /// <summary>Entities of an account that this version cannot bill.</summary>
    internal UnbilledEntities UnbilledOf(Account account) => _unbilled[account.Id];

    /// <summary>The input of a bill of an account.</summary>
    /// <exception cref="BillRefusedException">A plan is newer than the prices that the run has read.</exception>
    internal BillInput InputFor(Account account, BillRun run) => new()
    {
        OrganizationId = _organizationId,
        Account = account,
        HasChildAccounts = _parents.Contains(account.Id),
        Organization = _catalog.Organization,
        Run = run,
        Plans = PlansOf(account),
        Unbilled = UnbilledOf(account),
        Currencies = _catalog.Currencies,
        AccountingProducts = _catalog.Products,
    };

    /// <summary>Loads the terms of the accounts.</summary>
    internal static async ValueTask<BillTerms> LoadAsync(
        string organizationId, BillCatalog catalog, IReadOnlyList<Account> accounts, ResourceReader related)
    {
        var accountIds = accounts.Select(account => account.Id).ToList();
        var ofAccounts = new Condition.In("account_id", accountIds);
        var accountPlans = await related.ListAsync<AccountPlan>(ofAccounts);
        var children = await related.ListAsync<Account>(new Condition.In("parent_account_id", accountIds));
        return new BillTerms(
            organizationId,
            catalog,
            accountPlans,
            await related.ListAsync<CounterAdjustment>(ofAccounts),
            await UnbilledAsync(accountIds, accountPlans, related),
            [.. children.Select(child => child.ParentAccountId!)]);
    }

    private static async Task<Dictionary<string, UnbilledEntities>> UnbilledAsync(
        IReadOnlyList<string> accountIds, IReadOnlyList<AccountPlan> accountPlans, ResourceReader related)
    {
        var ofAccounts = new Condition.In("account_id", accountIds);
        var groups = accountPlans.Where(plan => plan.PlanGroupId is not null).ToLookup(plan => plan.AccountId);
        var commitments = (await related.ListAsync<Commitment>(ofAccounts)).ToLookup(owned => owned.AccountId);
        var balances = (await related.ListAsync<Balance>(ofAccounts)).ToLookup(owned => owned.AccountId);
        var charges = (await related.ListAsync<Charge>(ofAccounts)).ToLookup(owned => owned.AccountId);
        return accountIds.ToDictionary(
            id => id,
            id => new UnbilledEntities
            {
                PlanGroups = [.. groups[id]],
                Commitments = [.. commitments[id]],
                Balances = [.. balances[id]],
                Charges = [.. charges[id]],
            },
            StringComparer.Ordinal);
    }
}
