using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.PlanGroupLinks;

/// <summary>Checks which plans can be in the same plan group.</summary>
internal static class PlanGroupLinkRules
{
    internal static async ValueTask CheckAgainstAsync(
        PlanGroupLink link, PlanGroupLink? current, IResourceReader related, Issues issues)
    {
        if (await related.FindAsync<Plan>(link.PlanId) is not { } plan
            || await related.FindAsync<PlanGroup>(link.PlanGroupId) is not { } group)
            return;
        if (plan.AccountId is { } owner && owner != group.AccountId)
            issues.Add("other_account", "planId", "is a custom plan of an account that the plan group does not belong "
                + "to");
        await CheckMembersAsync(link, plan, current?.Id, related, issues);
        await CheckAccountsAsync(link, plan, related, issues);
    }

    private static async ValueTask CheckMembersAsync(
        PlanGroupLink link, Plan plan, string? except, IResourceReader related, Issues issues)
    {
        var template = await related.FindAsync<PlanTemplate>(plan.PlanTemplateId);
        foreach (var other in await related.ListAsync<PlanGroupLink>(
            Condition.Equal("plan_group_id", link.PlanGroupId)))
        {
            if (other.Id == except || await related.FindAsync<Plan>(other.PlanId) is not { } member)
                continue;
            if (member.ProductId == plan.ProductId)
                issues.AddConflict("same_product", "planId",
                    $"belongs to the same product as the plan '{member.Code}', which is already in the plan group");
            // The charges of the group itself are billed with the frequency of its plans.
            var rhythm = await related.FindAsync<PlanTemplate>(member.PlanTemplateId);
            if (template is not null && rhythm is not null && Rhythm(template) != Rhythm(rhythm))
                issues.Add("frequency", "planId",
                    $"must have the same bill frequency as the plan '{member.Code}', which is already in the plan "
                        + "group");
        }
    }

    // The link also attaches the plan to the accounts of the plan group.
    private static async ValueTask CheckAccountsAsync(
        PlanGroupLink link, Plan plan, IResourceReader related, Issues issues)
    {
        foreach (var attached in await related.ListAsync<AccountPlan>(
            Condition.Equal("plan_group_id", link.PlanGroupId)))
        {
            if (await PlanOverlap.FindAsync(attached, [plan.ProductId], related) is { } clash)
                issues.AddConflict("overlap", "planId", "belongs to a product for which the account "
                    + $"'{attached.AccountId}' of the plan group already has the account plan '{clash.Id}'");
        }
    }

    private static (BillingFrequency Frequency, int Interval) Rhythm(PlanTemplate template) =>
        (template.BillFrequency, template.BillFrequencyInterval ?? 1);
}
