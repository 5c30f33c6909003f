using NodaTime;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Accounts;

/// <summary>
/// An account can have one plan per product at a time, including the plans of its plan groups, unless the organization
/// allows more.
/// </summary>
internal static class PlanOverlap
{
    /// <summary>The products of an account plan: that of its plan, or those of its plan group.</summary>
    internal static async ValueTask<IReadOnlyList<string?>> ProductsAsync(
        AccountPlan accountPlan, IResourceReader related)
    {
        if (accountPlan.PlanGroupId is null)
            return [(await related.FindAsync<Plan>(accountPlan.PlanId))?.ProductId];
        var links = await related.ListAsync<PlanGroupLink>(Condition.Equal("plan_group_id", accountPlan.PlanGroupId));
        var plans = await related.ListAsync<Plan>(new Condition.In("id", [.. links.Select(link => link.PlanId)]));
        return [.. plans.Select(plan => plan.ProductId)];
    }

    /// <summary>
    /// Another account plan of the account that overlaps in time and in at least one product; null if there is none.
    /// </summary>
    internal static async ValueTask<AccountPlan?> FindAsync(
        AccountPlan accountPlan, IReadOnlyList<string?> products, IResourceReader related)
    {
        var config = (await related.ListAsync<OrganizationConfig>(Condition.And())).SingleOrDefault();
        if (config?.AllowOverlappingPlans is true)
            return null;
        var others = await related.ListAsync<AccountPlan>(AtTheTimeOf(accountPlan));
        foreach (var other in others.Where(other =>
            other.Id != accountPlan.Id && IsAtTheSameTime(other, accountPlan)))
        {
            if ((await ProductsAsync(other, related)).Intersect(products).Any())
                return other;
        }
        return null;
    }

    private static Condition AtTheTimeOf(AccountPlan accountPlan)
    {
        const string Column = AccountPlanResource.AccountEnd;
        var account = accountPlan.AccountId;
        List<Condition> conditions =
        [
            new Condition.Compare(
                Column, Comparison.Greater, AccountPlanResource.AccountEndOf(account, accountPlan.StartDate)),
            new Condition.Compare(Column, Comparison.LessOrEqual, AccountPlanResource.AccountEndOf(account, null)),
        ];
        if (accountPlan.EndDate is { } end)
            conditions.Add(new Condition.Compare("start_date", Comparison.Less, InstantText.Sortable(end)));
        return Condition.And(conditions);
    }

    private static bool IsAtTheSameTime(AccountPlan left, AccountPlan right) =>
        left.StartDate < (right.EndDate ?? Instant.MaxValue) && right.StartDate < (left.EndDate ?? Instant.MaxValue);
}
