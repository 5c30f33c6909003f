using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Values;
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

    /// <summary>The contract that the account plan belongs to; null for none.</summary>
    public Contract? Contract { get; init; }

    /// <summary>
    /// How the plan is billed on one bill of a hierarchy; null for an account without parent and children.
    /// </summary>
    internal PlanRoute? Route { get; init; }

    /// <summary>UUID of the key that puts its charges on a separate bill; null for the account's normal bill.</summary>
    internal string? GroupingKeyId => Contract?.BillGroupingKeyId;

    /// <summary>
    /// When the account plan is active; with <c>applyContractPeriodLimits</c>, only within the dates of its contract.
    /// </summary>
    internal Window ActiveIn(DateTimeZone zone)
    {
        var active = new Window(AccountPlan.StartDate, AccountPlan.EndDate ?? Instant.MaxValue);
        if (Contract is not { ApplyContractPeriodLimits: true } contract)
            return active;
        var limits = new DatePeriod(contract.StartDate, contract.EndDate).In(zone);
        return active.Intersect(limits.Start, limits.End);
    }
}
