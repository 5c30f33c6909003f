using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.PlanGroupLinks;

/// <summary>The definition of plan group links.</summary>
public static class PlanGroupLinkResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<PlanGroupLink> Definition { get; } =
        new("PlanGroupLink", "plangrouplinks", () => BillingJson.Format.PlanGroupLink)
        {
            Filters =
            [
                ListFilter.One("planGroup", "plan_group_id", "Only links of this plan group."),
                ListFilter.One("plan", "plan_id", "Only links of this plan."),
            ],
            Refers =
            [
                new("planGroupId", "PlanGroup", link => link.PlanGroupId),
                new("planId", "Plan", link => link.PlanId),
            ],
            CheckAgainst = PlanGroupLinkRules.CheckAgainstAsync,
        };
}
