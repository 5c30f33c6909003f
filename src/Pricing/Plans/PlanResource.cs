using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Plans;

/// <summary>The definition of plans.</summary>
public static class PlanResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Plan> Definition { get; } = new("Plan", "plans", () => PricingJson.Format.Plan)
    {
        UniqueBy = [new("code", plan => plan.Code)],
        IndexedBy = [new("product_id", plan => plan.ProductId)],
        Filters =
        [
            ListFilter.One("productId", "product_id", "Only plans of this product."),
            ListFilter.Many("accountId", "account_id", "Only custom plans of these accounts."),
        ],
        Refers =
        [
            new("planTemplateId", "PlanTemplate", plan => plan.PlanTemplateId) { RefuseChange = RefuseTemplateChange },
            new("accountId", "Account", plan => plan.AccountId),
            new("minimumSpendAccountingProductId", "Product", plan => plan.MinimumSpendAccountingProductId),
            new("standingChargeAccountingProductId", "Product", plan => plan.StandingChargeAccountingProductId),
        ],
        Complete = async (plan, _, related) =>
            plan with { ProductId = (await related.FindAsync<PlanTemplate>(plan.PlanTemplateId))?.ProductId },
        CheckAgainst = CheckAgainstAsync,
    };

    private static IEnumerable<Issue> RefuseTemplateChange(Plan plan, TargetChange change)
    {
        if (((PlanTemplate)change.Proposed).ProductId != plan.ProductId)
            yield return new Issue(
                "immutable", "productId", "cannot be changed while the plan template has plans, such as "
                    + $"'{plan.Code}'");
    }

    private static ValueTask CheckAgainstAsync(Plan plan, Plan? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != plan.AccountId)
            issues.Add("immutable", "accountId", "cannot be changed; create a new plan");
        // Prices and account plans are checked per product, so the product of a plan cannot change.
        if (current is not null && current.ProductId != plan.ProductId && plan.ProductId is not null)
            issues.Add("immutable", "planTemplateId", "must be a plan template of the same product");
        return ValueTask.CompletedTask;
    }
}
