using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.CounterAdjustments;
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
    private readonly HashSet<string> _parents;

    private BillTerms(
        string organizationId,
        BillCatalog catalog,
        ILookup<string, AccountPlan> accountPlans,
        ILookup<string, CounterAdjustment> adjustments,
        ILookup<string, Commitment> commitments,
        ILookup<string, Balance> balances,
        ILookup<string, Charge> charges,
        HashSet<string> parents)
    {
        (_organizationId, _catalog, _accountPlans) = (organizationId, catalog, accountPlans);
        (_adjustments, _commitments, _balances, _charges) = (adjustments, commitments, balances, charges);
        _parents = parents;
    }

    /// <summary>What the bills of an account depend on.</summary>
    /// <exception cref="BillRefusedException">A plan is newer than the prices that the run has read.</exception>
    internal AccountTerms Of(Account account) => new(
        account,
        [
            .. _accountPlans[account.Id].SelectMany(accountPlan =>
                _catalog.TermsOf(account, accountPlan) ?? throw new BillRefusedException(
                    $"Account {account.Code}, account plan {accountPlan.Id}: its plan "
                    + $"{accountPlan.PlanId ?? accountPlan.PlanGroupId} was created or attached after the run had "
                    + "loaded its prices. Run the job again.")),
        ])
    {
        GroupPlans =
        [
            .. _accountPlans[account.Id].Where(accountPlan => accountPlan.PlanGroupId is not null)
                .Select(_catalog.GroupOf),
        ],
        HasChildren = _parents.Contains(account.Id),
        CounterAdjustments = [.. _adjustments[account.Id]],
        Charges = [.. _charges[account.Id]],
        Commitments = [.. _commitments[account.Id]],
        BillingPlans = _catalog.TemplatesOf(_commitments[account.Id].Select(commitment => commitment.BillingPlanId)),
        Balances = [.. _balances[account.Id]],
    };

    /// <summary>Whether an account has commitments or balances.</summary>
    internal bool HasCredits(Account account) => _commitments[account.Id].Any() || _balances[account.Id].Any();

    /// <summary>The input of a bill of an account.</summary>
    /// <exception cref="BillRefusedException">A plan is newer than the prices that the run has read.</exception>
    internal BillInput InputFor(Account account, BillRun run) => new()
    {
        OrganizationId = _organizationId,
        Terms = Of(account),
        Organization = _catalog.Organization,
        Run = run,
        Currencies = _catalog.Currencies,
        AccountingProducts = _catalog.Products,
    };

    /// <summary>Loads the terms of the accounts.</summary>
    internal static async ValueTask<BillTerms> LoadAsync(
        string organizationId, BillCatalog catalog, IReadOnlyList<Account> accounts, ResourceReader related)
    {
        List<string> accountIds = [.. accounts.Select(account => account.Id)];
        var children = await related.ListAsync<Account>(new Condition.In("parent_account_id", accountIds));
        return new BillTerms(
            organizationId,
            catalog,
            await LoadAsync<AccountPlan>(owned => owned.AccountId),
            await LoadAsync<CounterAdjustment>(owned => owned.AccountId),
            await LoadAsync<Commitment>(owned => owned.AccountId),
            await LoadAsync<Balance>(owned => owned.AccountId),
            await LoadAsync<Charge>(owned => owned.AccountId),
            [.. children.Select(child => child.ParentAccountId!)]);

        async ValueTask<ILookup<string, T>> LoadAsync<T>(Func<T, string> accountOf) where T : Resource =>
            (await related.ListAsync<T>(new Condition.In("account_id", accountIds)))
                .ToLookup(accountOf, StringComparer.Ordinal);
    }
}
