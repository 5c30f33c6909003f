using Tallystick.Billing.Accounts;
using Tallystick.Metering.Products;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A plan of an account with everything that determines its charges.</summary>
/// <param name="AccountPlan">Attaches the plan, or a plan group with the plan, to the account for a period.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Template">The plan template of the plan.</param>
/// <param name="Product">The product of the plan template.</param>
/// <param name="Pricings">All pricings of the plan and of its template, regardless of dates.</param>
public sealed record AccountPlanTerms(
    AccountPlan AccountPlan,
    Plan Plan,
    PlanTemplate Template,
    Product Product,
    IReadOnlyList<PricingTerms> Pricings)
{
    /// <summary>All counter pricings of the plan and of its template, regardless of dates.</summary>
    public IReadOnlyList<CounterPricingTerms> CounterPricings { get; init; } = [];

    /// <summary>The plan group through which the plan is attached; null if it is attached by itself.</summary>
    public PlanGroup? Group { get; init; }

    /// <summary>Identifies the plan among those of the account: the plans of a group share an account plan.</summary>
    internal string Key => Group is null ? AccountPlan.Id : $"{AccountPlan.Id}/{Plan.Id}";
}
