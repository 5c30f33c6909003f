using NodaTime;
using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Accounts;

/// <summary>The definition of account plans.</summary>
public static class AccountPlanResource
{
    /// <summary>
    /// Column that combines account and end, to find the account plans of an account that have not ended by a given
    /// time without reading the others.
    /// </summary>
    internal const string AccountEnd = "account_end";

    /// <summary>The definition.</summary>
    public static ResourceDefinition<AccountPlan> Definition { get; } =
        new("AccountPlan", "accountplans", () => BillingJson.Format.AccountPlan)
        {
            UniqueBy = [new("code", accountPlan => accountPlan.Code)],
            IndexedBy =
            [
                new("product_id", accountPlan => accountPlan.ProductId) { HasFewValues = true },
                new("start_date", accountPlan => InstantText.Sortable(accountPlan.StartDate)),
                new("end_date", accountPlan => accountPlan.EndDate is { } end ? InstantText.Sortable(end) : null),
                new(AccountEnd, accountPlan => AccountEndOf(accountPlan.AccountId, accountPlan.EndDate)),
            ],
            Filters =
            [
                new ListFilter.Part("date",
                    "Only account plans active on this date. " + InstantText.ZoneRule, new TextShape()),
                ListFilter.One("account",
                    "account_id", "Only account plans of this account. Returns active ones unless `includeall` is "
                        + "true."),
                ListFilter.One(
                    "plan", "plan_id", "Only account plans on this plan. Returns active ones unless `includeall` is "
                        + "true."),
                ListFilter.One("product", "product_id", "Only account plans of this product. Requires `account`."),
                new ListFilter.Part(
                    "includeall", "True also returns account plans that are not active. Use with `account`, `plan` or "
                        + "`contract`.",
                        new BooleanShape()),
                ListFilter.One("contract",
                    "contract_id", "Only account plans of this contract. Returns active ones unless `includeall` is "
                        + "true."),
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult<Condition?>(ActiveOnly(parameters))),
            ],
            Refers =
            [
                new("accountId", "Account", accountPlan => accountPlan.AccountId),
                new("planId", "Plan", accountPlan => accountPlan.PlanId),
                new("planGroupId", "PlanGroup", accountPlan => accountPlan.PlanGroupId),
                new("contractId", "Contract", accountPlan => accountPlan.ContractId),
            ],
            Complete = async (accountPlan, _, related) =>
                accountPlan with { ProductId = (await related.FindAsync<Plan>(accountPlan.PlanId))?.ProductId },
            Check = (accountPlan, issues) =>
            {
                if (accountPlan.PlanId is null == accountPlan.PlanGroupId is null)
                    issues.Add("exactly_one", "planId", "exactly one of planId and planGroupId is required");
                if (accountPlan.EndDate is { } end && end <= accountPlan.StartDate)
                    issues.Add("order", "endDate", "must be after startDate");
            },
            CheckAgainst = CheckAgainstAsync,
        };

    /// <summary>A value of <see cref="AccountEnd"/>. Open-ended account plans sort last within the account.</summary>
    internal static string AccountEndOf(string accountId, Instant? end) =>
        $"{accountId} {(end is { } instant ? InstantText.Sortable(instant) : "~")}";

    private static Condition ActiveOnly(ListParameters parameters)
    {
        if (parameters.Text("product") is not null && parameters.Text("account") is null)
            parameters.Issues.Add("needs", "product", "requires the parameter account");
        var includeAll = parameters.Flag("includeall") is true;
        // The contract filter does not return account plans of plan groups.
        var isOfPlan = parameters.Text("contract") is null
            ? Condition.And() : new Condition.Missing("plan_group_id");
        if (parameters.SortableInstant("date") is { } date)
            return Condition.And(isOfPlan, Condition.IsActiveAt(date));
        var isNarrowed = new[] { "account", "plan", "contract" }.Any(name => parameters.Text(name) is not null);
        return isNarrowed && !includeAll
            ? Condition.And(isOfPlan, Condition.IsActiveAt(InstantText.Sortable(parameters.Now))) : isOfPlan;
    }

    private static async ValueTask CheckAgainstAsync(
        AccountPlan accountPlan, AccountPlan? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != accountPlan.AccountId)
            issues.Add("immutable", "accountId", "cannot be changed; create a new account plan");
        var owner = accountPlan.PlanGroupId is null
            ? (await related.FindAsync<Plan>(accountPlan.PlanId))?.AccountId
            : (await related.FindAsync<PlanGroup>(accountPlan.PlanGroupId))?.AccountId;
        if (owner is not null && owner != accountPlan.AccountId)
            issues.Add("other_account", accountPlan.PlanGroupId is null ? "planId" : "planGroupId",
                "belongs to another account");
        await ContractResource.CheckMemberAsync(accountPlan.ContractId, accountPlan.AccountId, related, issues);
        var products = await PlanOverlap.ProductsAsync(accountPlan, related);
        if (await PlanOverlap.FindAsync(accountPlan, products, related) is { } clash)
            issues.AddConflict("overlap", "startDate", $"overlaps the account plan '{clash.Id}' of the same product; "
                + "end that account plan first, or set allowOverlappingPlans in the organization configuration");
    }
}
