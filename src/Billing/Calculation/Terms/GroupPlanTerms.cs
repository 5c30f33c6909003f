using Tallystick.Billing.Accounts;
using Tallystick.Pricing.PlanGroups;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// A plan group attached to an account. Its plans are among the plans of <see cref="AccountTerms"/>, each with the same
/// account plan.
/// </summary>
/// <param name="AccountPlan">Attaches the plan group to the account for a period.</param>
/// <param name="Group">The plan group.</param>
/// <param name="LeadPlanId">
/// UUID of the plan that was first added to the plan group. The charges of the plan group itself are on the bills of
/// this plan, because a plan group has no frequency. Null if the plan group has no plans.
/// </param>
public sealed record GroupPlanTerms(AccountPlan AccountPlan, PlanGroup Group, string? LeadPlanId)
{
    /// <summary>How its charges are billed on one bill of a hierarchy; null without a hierarchy.</summary>
    internal PlanRoute? Route { get; init; }

    /// <summary>Whether the plan group has charges of its own.</summary>
    internal bool HasCharges => Group.StandingCharge > 0 || MinimumTerms.Of(Group) > 0;
}
