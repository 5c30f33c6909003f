using NodaTime;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;

namespace Tallystick.Billing.Accounts;

/// <summary>What is special about account plans.</summary>
public static class AccountPlanResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<AccountPlan> Definition { get; } =
        new("AccountPlan", "accountplans", () => BillingJson.Format.AccountPlan)
        {
            UniqueBy = [new("code", accountPlan => accountPlan.Code)],
            IndexedBy =
            [
                new("product_id", accountPlan => accountPlan.ProductId),
                new("contract_id", accountPlan => accountPlan.ContractId),
                new("start_date", accountPlan => InstantText.Sortable(accountPlan.StartDate)),
                new("end_date", accountPlan => accountPlan.EndDate is { } end ? InstantText.Sortable(end) : null),
            ],
            Filters =
            [
                new ListFilter.Part("date", "Only account plans active on this date.", new TextShape()),
                ListFilter.One("account",
                    "account_id", "Only account plans of this account, active ones unless includeall is true."),
                ListFilter.One(
                    "plan", "plan_id", "Only account plans on this plan, active ones unless includeall is true."),
                ListFilter.One("product", "product_id", "Only account plans of this product; needs the account."),
                new ListFilter.Part(
                    "includeall", "True includes account plans that are not active; with account, plan or contract.",
                        new BooleanShape()),
                ListFilter.One("contract",
                    "contract_id", "Only account plans of this contract, active ones unless includeall is true."),
                new ListFilter.Odd((parameters, _) => ValueTask.FromResult(ActiveOnly(parameters))),
            ],
            Refers =
            [
                new("accountId", "Account", accountPlan => accountPlan.AccountId),
                new("planId", "Plan", accountPlan => accountPlan.PlanId),
            ],
            NotYet =
            [
                new("planGroupId", "plan groups", accountPlan => accountPlan.PlanGroupId is not null),
                new("contractId", "contracts", accountPlan => accountPlan.ContractId is not null),
            ],
            Complete = async (accountPlan, _, related) =>
                accountPlan with { ProductId = (await related.FindAsync<Plan>(accountPlan.PlanId))?.ProductId },
            Check = (accountPlan, issues) =>
            {
                if (accountPlan.PlanId is null == accountPlan.PlanGroupId is null)
                    issues.Add("exactly_one", "planId", "give exactly one of planId and planGroupId");
                if (accountPlan.EndDate is { } end && end <= accountPlan.StartDate)
                    issues.Add("order", "endDate", "must be after startDate");
            },
            CheckAgainst = CheckAgainstAsync,
        };

    private static Condition? ActiveOnly(ListParameters parameters)
    {
        if (parameters.Text("product") is not null && parameters.Text("account") is null)
            parameters.Issues.Add("needs", "product", "needs the parameter account");
        var includeAll = parameters.Flag("includeall") is true;
        if (parameters.SortableInstant("date") is { } date)
            return ActiveAt(date);
        var isNarrowed = new[] { "account", "plan", "contract" }.Any(name => parameters.Text(name) is not null);
        return isNarrowed && !includeAll ? ActiveAt(InstantText.Sortable(parameters.Now)) : null;
    }

    private static Condition ActiveAt(string instant) => Condition.And(
        new Condition.Compare("start_date", Comparison.LessOrEqual, instant),
        Condition.Or(
            new Condition.Missing("end_date"), new Condition.Compare("end_date", Comparison.Greater, instant)));

    private static async ValueTask CheckAgainstAsync(
        AccountPlan accountPlan, AccountPlan? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != accountPlan.AccountId)
            issues.Add("immutable", "accountId", "cannot change; make a new account plan");
        if (await related.FindAsync<Plan>(accountPlan.PlanId) is not { } plan)
            return;
        if (plan.AccountId is { } owner && owner != accountPlan.AccountId)
            issues.Add("other_account", "planId", "is a plan made for another account");
        var config = (await related.ListAsync<OrganizationConfig>(Condition.And())).SingleOrDefault();
        if (config?.AllowOverlappingPlans is true)
            return;
        var others = await related.ListAsync<AccountPlan>(Condition.And(
            Condition.Equal("account_id", accountPlan.AccountId), Condition.Equal("product_id", plan.ProductId ?? "")));
        var clash = others.FirstOrDefault(other => other.Id != current?.Id && Overlap(other, accountPlan));
        if (clash is not null)
            issues.AddConflict("overlap", "startDate", $"overlaps the account plan '{clash.Id}' of the same product; "
                + "end that one first, or allow overlapping plans in the organization configuration");
    }

    private static bool Overlap(AccountPlan left, AccountPlan right) =>
        left.StartDate < (right.EndDate ?? Instant.MaxValue) && right.StartDate < (left.EndDate ?? Instant.MaxValue);
}
